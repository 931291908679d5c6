import { type Culture, toAscii, type Word } from "./demo_names_culture.ts";
import { pickEarly, type Random } from "./demo_names_random.ts";

/** One piece of each list makes a name: "rosen" and "heim", Rosenheim. */
export function assemble(
  random: Random,
  pieces: readonly Word[][],
  locale: string,
): Word {
  let text = "";
  let ascii = "";
  for (const list of pieces) {
    const piece = pickEarly(random, list);
    if (text.endsWith(piece.text)) continue; // nobody is called Feldfeld
    text += piece.text;
    ascii += piece.ascii;
  }
  const capital = text.charAt(0).toLocaleUpperCase(locale);
  return { text: noTriples(capital + text.slice(1)), ascii: noTriples(ascii) };
}

function noTriples(text: string): string {
  return text.replace(/(.)\1\1/u, "$1$1");
}

/** A woman's form of a family name, where the language has one. */
export function feminine(family: Word, culture: Culture): Word {
  for (const [ending, replacement] of culture.feminine ?? []) {
    if (!ending.test(family.text)) continue;
    const text = family.text.replace(ending, replacement);
    return { text, ascii: toAscii(text, culture.letters) };
  }
  return family;
}
