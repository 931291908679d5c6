import { foldLetters } from "../db/fold.ts";

/** Shorter words are parts of too many others to mean anybody. */
const MIN_LETTERS = 4;
/** Nobody has more names; bounds the work for a careless caller. */
const MAX_TEXTS = 32;
const MAX_TEXT_LENGTH = 320;

/** Context words as they are compared, each with the spelling to show. */
export type ContextWords = ReadonlyMap<string, string>;

/**
 * Takes names, usernames and addresses apart into words of at least 4 letters or digits: each whole,
 * and its pieces between anything else ("anna.schmidt@example.org": also anna, schmidt, example and
 * anna.schmidt). Case and accents don't count, "ü" may be written "u" or "ue".
 */
export function contextWords(texts: string[]): ContextWords {
  const words = new Map<string, string>();
  for (const text of texts.slice(0, MAX_TEXTS)) {
    const whole = text.slice(0, MAX_TEXT_LENGTH).trim();
    const local = whole.split("@")[0] ?? "";
    for (const word of [...whole.split(/[^\p{L}\p{M}\p{N}]+/u), local, whole]) {
      for (const folded of foldings(word)) {
        if ([...folded].length >= MIN_LETTERS && !words.has(folded)) {
          words.set(folded, word);
        }
      }
    }
  }
  return words;
}

/**
 * Gives the first of the words that the whole password is made of, once digits, punctuation and
 * spaces are left out: one of them, repeated, or several in a row. Undefined when anything else is
 * in it too: containing a word is no reason to refuse (NIST SP 800-63B-4 3.1.1.2, ASVS 6.2.11).
 */
export function madeOfContextWords(
  password: string,
  words: ContextWords,
): string | undefined {
  for (const folded of foldings(password)) {
    const first = firstWordOf(folded, words);
    if (first !== undefined) return words.get(first);
  }
}

/** A text without case, accents and punctuation, with and without its digits, in both spellings. */
function foldings(text: string): Set<string> {
  const spellings = [text, spellUmlauts(text)].map((it) =>
    foldLetters(it).replace(/[^\p{L}\p{N}]+/gu, "")
  );
  return new Set([
    ...spellings.map((it) => it.replace(/\p{N}+/gu, "")),
    ...spellings,
  ]);
}

function spellUmlauts(text: string) {
  return text.normalize("NFC").replace(
    /[äöü]/giu,
    (letter) => `${letter.normalize("NFD").charAt(0)}e`,
  );
}

/** The word that `text` begins with, when words follow one another to its very end. */
function firstWordOf(text: string, words: ContextWords): string | undefined {
  const leadsToEnd = new Map<number, string>();
  for (let at = text.length - MIN_LETTERS; at >= 0; at--) {
    for (const word of words.keys()) {
      const next = at + word.length;
      if (
        (next === text.length || leadsToEnd.has(next)) &&
        text.startsWith(word, at)
      ) {
        leadsToEnd.set(at, word);
        break;
      }
    }
  }
  return leadsToEnd.get(0);
}
