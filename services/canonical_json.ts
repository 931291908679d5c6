/**
 * What `JSON.parse` gave, as text again, the keys of objects in order. Nothing calls itself here: forged data may be
 * nested deeper than the stack is.
 */
export function canonicalJson(value: unknown): string {
  if (!isNested(value)) return JSON.stringify(value);
  let text = "";
  const left: Piece[] = [value];
  while (left.length > 0) {
    const piece = left.pop()!;
    if (typeof piece === "string") text += piece;
    else for (const it of piecesOf(piece).reverse()) left.push(it);
  }
  return text;
}

/** Text as it is, or a list or an object that is still to be written. */
type Piece = string | object;

function piecesOf(value: object): Piece[] {
  const [start, end] = Array.isArray(value) ? "[]" : "{}";
  const pieces: Piece[] = [];
  let text = start!;
  let comma = "";
  for (const [key, it] of membersOf(value)) {
    text += comma + key;
    comma = ",";
    if (!isNested(it)) text += JSON.stringify(it);
    else {
      pieces.push(text, it);
      text = "";
    }
  }
  pieces.push(text + end);
  return pieces;
}

function isNested(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** What stands before each value, and the value. */
function membersOf(value: object): [string, unknown][] {
  if (Array.isArray(value)) return value.map((it) => ["", it]);
  // By UTF-16, but whole numbers first and by their value: so an object lists its keys, and so seals have them.
  const inOrder = Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1),
  );
  return Object.entries(inOrder)
    .map(([key, it]) => [`${JSON.stringify(key)}:`, it]);
}
