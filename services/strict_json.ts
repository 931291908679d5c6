/** Objects and lists within each other; the deepest that anything here takes has 3. */
const MAX_DEPTH = 10;

export type JsonRefusal = "not_json" | "too_deep" | "repeated_key";

/**
 * What keeps a text from being JSON that every reader understands alike: `JSON.parse` takes the last of two equal
 * keys, another reader the first (RFC 8259, 4; ASVS 1.5.3). Undefined where nothing does.
 */
export function judgeJson(text: string): JsonRefusal | undefined {
  try {
    JSON.parse(text);
  } catch {
    return "not_json";
  }
  return inspect(text);
}

/** Strings, and the signs between them. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g;

/** What is wrong with a text that is JSON. Libraries recurse, and so fall over a deep one. */
function inspect(text: string): JsonRefusal | undefined {
  const open: (Set<string> | null)[] = []; // the keys of each object that is open; null for a list
  let keyNext = false;
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === "{" || token === "[") {
      open.push(token === "{" ? new Set() : null);
      keyNext = token === "{";
      if (open.length > MAX_DEPTH) return "too_deep";
    } else if (token === "}" || token === "]") {
      open.pop();
    } else if (token === ",") {
      keyNext = open.at(-1) !== null;
    } else if (token !== ":" && keyNext) {
      const [keys, key] = [open.at(-1)!, JSON.parse(token)];
      if (keys.has(key)) return "repeated_key";
      keys.add(key);
      keyNext = false;
    }
  }
  return undefined;
}
