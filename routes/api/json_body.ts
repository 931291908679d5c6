import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import { limitBody } from "../form.ts";
import type { AppEnv } from "../env.ts";
import { problem } from "./problems.ts";

/** Objects and lists within each other; the deepest body that an operation takes has 3. */
const MAX_DEPTH = 10;

export const JSON_TYPE = "application/json";

/**
 * Refuses bodies of another type, none where one is `needed`, and those that two readers could understand differently: a key twice,
 * whatever is not JSON to the letter, anything but UTF-8 (RFC 8259, 4 and 8.1; ASVS 1.5.3, 3.5.2). The
 * operation's schema judges the rest.
 */
export function strictBody(
  { types, needed }: { types: string[]; needed: boolean },
) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const sent = c.req.header("Content-Type");
    if (sent !== undefined && !isOneOf(types, sent)) {
      throw new HTTPException(415);
    }
    let refused: string | undefined;
    await limitBody(c, async () => {
      const bytes = await c.req.arrayBuffer();
      const empty = bytes.byteLength === 0;
      if (!empty && sent === undefined) throw new HTTPException(415);
      refused = empty && !needed ? undefined : refusalOf(bytes);
      if (refused === undefined) await next();
    });
    return refused === undefined
      ? undefined
      : problem(c, "malformed", { detail: refused });
  });
}

/** By its name, in any case, with no parameter but the charset that JSON has anyway. */
function isOneOf(types: string[], sent: string) {
  const [type, ...parameters] = sent.toLowerCase().split(";")
    .map((it) => it.trim());
  return types.includes(type!) &&
    parameters.every((it) => it === "charset=utf-8");
}

function refusalOf(bytes: ArrayBuffer): string | undefined {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
    JSON.parse(text);
  } catch {
    return "The body is not JSON in UTF-8.";
  }
  return inspect(text);
}

/** Strings, and the signs between them. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g;

/** What is wrong with a text that is JSON. Libraries recurse, and so fall over a deep one. */
function inspect(text: string): string | undefined {
  const open: (Set<string> | null)[] = []; // the keys of each object that is open; null for a list
  let keyNext = false;
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === "{" || token === "[") {
      open.push(token === "{" ? new Set() : null);
      keyNext = token === "{";
      if (open.length > MAX_DEPTH) return "The body is nested too deeply.";
    } else if (token === "}" || token === "]") {
      open.pop();
    } else if (token === ",") {
      keyNext = open.at(-1) !== null;
    } else if (token !== ":" && keyNext) {
      const [keys, key] = [open.at(-1)!, JSON.parse(token)];
      if (keys.has(key)) return "The body has a key twice in one object.";
      keys.add(key);
      keyNext = false;
    }
  }
  return undefined;
}
