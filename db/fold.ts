/** Letters that Unicode does not take apart, and how people type them without their keyboard. */
const SPELT_OUT: Record<string, string> = {
  "ß": "ss",
  "æ": "ae",
  "œ": "oe",
  "ø": "o",
  "đ": "d",
  "ð": "d",
  "ħ": "h",
  "ı": "i",
  "ł": "l",
  "ŧ": "t",
  "þ": "th",
  "ς": "σ", // how a sigma ends a word; nobody knows yet that a word ends while it is typed
  "’": "'",
  "‘": "'",
  "ʼ": "'",
  "‐": "-",
  "‑": "-",
  "–": "-",
};
const FOLDABLE = new RegExp(`[${Object.keys(SPELT_OUT).join("")}]`, "g");
// Accents once taken apart, points of Hebrew and Arabic, marks of direction, and whatever else can't be seen, as the
// variant of an ideograph. The vowel signs of Hindi or Thai are marks too, and stay: without them different names
// would be the same.
const IGNORED =
  /[\p{Cf}\p{Me}\p{Default_Ignorable_Code_Point}]|(?=\p{Mn})[\p{sc=Zinh}\p{sc=Arab}\p{sc=Hebr}\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}]/gu;
const SPACES = /[\s\p{Cc}\p{Z}\u2800]+/gu;

/** Lower case, no accents, single spaces: "Müller  Łukasz" -> "muller lukasz". What is searched and unique. */
export function fold(text: string): string {
  return foldLetters(text).replace(SPACES, " ").trim();
}

/** As `fold`, keeping spaces where they are: for finding a match in the text that is shown. */
export function foldLetters(text: string): string {
  return text.normalize("NFKD").toLowerCase().replace(IGNORED, "")
    .replace(FOLDABLE, (letter) => SPELT_OUT[letter]!);
}

// The next two stand in the expression of `users.search_key` (db/schema.ts) as well; a test compares them.
/** Han and kana are written without spaces: each is a word, so that a given name of one letter is found. */
const IDEOGRAPH =
  /[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u{20000}-\u{3ffff}]/gu;
/** All that ASCII has beside letters and digits. What joins words does not matter: "j.smith", "j-smith". */
const SEPARATORS = /[ -/:-@[-`{-~]+/g;

/** Folded text as it is searched in: each word between single spaces. "o'brien" -> " o brien " */
export function haystack(folded: string): string {
  return spread(` ${folded} `);
}

/** The most words that are searched for; the ones behind are not looked at. */
export const MAX_NEEDLES = 8;

/**
 * What to look for in haystacks, all of them anywhere: "anna mü o'b" -> "anna", " mu", " o b".
 *
 * One that starts with fewer than three letters has to begin a word, because an index of trigrams
 * knows no less. Signs beyond ASCII are spaces; of signs alone there is nothing to look for.
 */
export function needles(folded: string): string[] {
  const words = folded.split(/[^\p{L}\p{M}\p{N}!-~]+/u).map(spread)
    .filter((it) => it.trim() !== "").map(begin);
  return [...new Set(words)].slice(0, MAX_NEEDLES);
}

/** Words apart, in a piece of folded text. */
export function spread(text: string): string {
  return text.replace(IDEOGRAPH, " $& ").replace(SEPARATORS, " ");
}

function begin(needle: string) {
  const first = needle.match(/^[^ ]*/)![0];
  return first !== "" && [...first].length < 3 ? ` ${needle}` : needle;
}
