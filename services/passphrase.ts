import { dictionary } from "@zxcvbn-ts/language-common";
import { WORDS_DE } from "./words_de.ts";

export type PassphraseLanguage = "en" | "de";

interface WordList {
  words: readonly string[];
  /** How many words of the list make a passphrase. */
  count: number;
}

/**
 * What passphrases are made of, lower case a to z and 4 to 8 letters each, so that nobody asks
 * "capital I or small L?". English: the large list of the Electronic Frontier Foundation (CC BY 3.0),
 * made for dice and for memory, which lies in `@zxcvbn-ts/language-common`.
 */
export const PASSPHRASE_WORDS: Readonly<Record<PassphraseLanguage, WordList>> =
  {
    en: {
      words: dictionary["diceware-common"].filter((it) =>
        /^[a-z]{4,8}$/.test(it)
      ),
      count: 5,
    },
    de: { words: WORDS_DE, count: 6 },
  };

/** Entropy in bits of a passphrase in each language, were everything but the choice known. */
export const PASSPHRASE_BITS: Readonly<Record<PassphraseLanguage, number>> = {
  en: bits(PASSPHRASE_WORDS.en),
  de: bits(PASSPHRASE_WORDS.de),
};

/**
 * Gives a passphrase of at least 60 bits that can be told on the phone: "pecan-shindig-…". Hyphens,
 * because a space is not seen at the end of a line and some keyboards turn two of them into a full stop.
 *
 * @param random fills the array with random numbers, as `crypto.getRandomValues`
 */
export function generatePassphrase(
  language: PassphraseLanguage,
  random: (array: Uint32Array<ArrayBuffer>) => unknown = (array) =>
    crypto.getRandomValues(array),
): string {
  const { words, count } = PASSPHRASE_WORDS[language];
  return Array.from({ length: count }, () => pick(words, random)).join("-");
}

/** Throws numbers beyond the last whole multiple of the list away: a remainder alone favours its beginning. */
function pick(
  words: readonly string[],
  random: (array: Uint32Array<ArrayBuffer>) => unknown,
): string {
  const end = 2 ** 32 - 2 ** 32 % words.length;
  const draw = new Uint32Array(1);
  for (;;) {
    random(draw);
    const [number = 0] = draw;
    if (number < end) return words[number % words.length] ?? "";
  }
}

function bits({ words, count }: WordList) {
  return count * Math.log2(words.length);
}
