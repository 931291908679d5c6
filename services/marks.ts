import { foldLetters, spread } from "../db/fold.ts";

/** A text in pieces, of which some are what matched. */
export type MarkedText = { text: string; match: boolean }[];

/**
 * Marks every place where one of the needles (db/fold.ts) stands in a text: "muller" in "Anna Müller".
 *
 * Each letter is folded by itself, so that a place in the folded text leads back to the letters shown.
 */
export function markMatches(
  text: string,
  needles: readonly string[],
): MarkedText {
  if (text === "") return [];
  if (needles.length === 0) return [{ text, match: false }];
  const letters = [...text];
  const { folded, owners } = foldEach(letters);

  const matched = new Set<number | undefined>();
  for (const needle of needles) {
    if (needle === "") continue;
    for (
      let at = folded.indexOf(needle);
      at !== -1;
      at = folded.indexOf(needle, at + 1)
    ) {
      for (let n = at; n < at + needle.length; n++) matched.add(owners[n]);
    }
  }

  const pieces: MarkedText = [];
  letters.forEach((letter, i) => {
    const last = pieces.at(-1);
    // An accent that stands apart belongs to the letter before it, and so does a variant or a joiner.
    const match = matched.has(i) ||
      (!!last?.match && letter > "~" && /[\p{M}\p{Cf}]/u.test(letter));
    if (last?.match === match) last.text += letter;
    else pieces.push({ text: letter, match });
  });
  return pieces;
}

/** The haystack of a text, and for each of its code units the letter it came from; spaces came from none. */
function foldEach(letters: string[]) {
  const owners: (number | undefined)[] = [undefined];
  let folded = " ";
  const append = (piece: string, owner: number | undefined) => {
    for (let n = 0; n < piece.length; n++) {
      const space = piece[n] === " ";
      if (space && folded.endsWith(" ")) continue;
      folded += piece[n];
      owners.push(space ? undefined : owner);
    }
  };
  letters.forEach((letter, i) => append(foldLetter(letter), i));
  append(" ", undefined);
  return { folded, owners };
}

/** Most letters of a page: folding each anew took longer than all else of it. */
const ASCII = Array.from(
  { length: 128 },
  (_, code) => spread(foldLetters(String.fromCharCode(code))),
);

function foldLetter(letter: string) {
  return ASCII[letter.codePointAt(0)!] ?? spread(foldLetters(letter));
}
