import { foldLetters } from "../db/fold.ts";

/** A text in pieces, of which some are what matched. */
export type MarkedText = { text: string; match: boolean }[];

/**
 * Marks every place where one of the folded words stands in a text: "muller" in "Anna Müller".
 *
 * Each letter is folded by itself, so that a place in the folded text leads back to the letters shown.
 */
export function markMatches(
  text: string,
  words: readonly string[],
): MarkedText {
  if (text === "") return [];
  if (words.length === 0) return [{ text, match: false }];
  const letters = [...text];
  const owners: number[] = []; // of each folded code unit, the letter it came from
  let folded = "";
  letters.forEach((letter, i) => {
    const piece = foldLetters(letter);
    folded += piece;
    for (let n = 0; n < piece.length; n++) owners.push(i);
  });

  const matched = new Array<boolean>(letters.length).fill(false);
  for (const word of words) {
    for (
      let at = folded.indexOf(word);
      at !== -1;
      at = folded.indexOf(word, at + 1)
    ) {
      for (let n = at; n < at + word.length; n++) matched[owners[n]!] = true;
    }
  }

  const pieces: MarkedText = [];
  letters.forEach((letter, i) => {
    const last = pieces.at(-1);
    // An accent that stands apart belongs to the letter before it.
    const match = matched[i]! || (/\p{M}/u.test(letter) && !!last?.match);
    if (last?.match === match) last.text += letter;
    else pieces.push({ text: letter, match });
  });
  return pieces;
}
