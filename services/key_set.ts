import { hash } from "node:crypto";

const FIRST_ROOM = 1 << 16;

/**
 * Texts that were seen, by 53 bits of their digest: 8 to 27 bytes each, where a `Set` would keep the texts. One
 * is taken for another once in some thousand files of a million.
 */
export function createKeySet() {
  let table = new Float64Array(FIRST_ROOM); // 0 is free
  let size = 0;

  function place(mark: number): number {
    let at = mark % table.length;
    while (table[at] !== 0 && table[at] !== mark) at = (at + 1) % table.length;
    return at;
  }

  function grow() {
    const old = table;
    table = new Float64Array(old.length * 2);
    for (const mark of old) if (mark !== 0) table[place(mark)] = mark;
  }

  /** Adds a text; false where it was there. */
  function add(text: string): boolean {
    const mark = parseInt(hash("sha256", text, "hex").slice(0, 13), 16) + 1;
    const at = place(mark);
    if (table[at] === mark) return false;
    table[at] = mark;
    if (++size * 4 > table.length * 3) grow();
    return true;
  }
  return { add };
}

export type KeySet = ReturnType<typeof createKeySet>;
