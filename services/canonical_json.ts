/**
 * What `JSON.parse` gave, as text again, the keys of objects in order. Nothing calls itself here: forged data may be
 * nested deeper than the stack is.
 */
export function canonicalJson(value: unknown): string {
  const text: string[] = [];
  const left: Piece[] = [{ value }];
  while (left.length > 0) {
    const piece = left.pop()!;
    if (typeof piece === "string") text.push(piece);
    else if (typeof piece.value !== "object" || piece.value === null) {
      text.push(JSON.stringify(piece.value));
    } else {
      for (const it of piecesOf(piece.value).reverse()) left.push(it);
    }
  }
  return text.join("");
}

/** Text as it is, or a value that is still to be written. */
type Piece = string | { value: unknown };

function piecesOf(value: object): Piece[] {
  if (Array.isArray(value)) {
    const items = value.flatMap((it) => [",", { value: it }]);
    return ["[", ...items.slice(1), "]"];
  }
  const members = inOrder(value).flatMap(([key, it]) => [
    ",",
    `${JSON.stringify(key)}:`,
    { value: it },
  ]);
  return ["{", ...members.slice(1), "}"];
}

/** By UTF-16, but whole numbers first and by their value: so an object lists its keys, and so seals have them. */
function inOrder(value: object): [string, unknown][] {
  return Object.entries(Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1),
  ));
}
