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
  "’": "'",
  "‘": "'",
  "ʼ": "'",
  "‐": "-",
  "‑": "-",
  "–": "-",
};
const FOLDABLE = new RegExp(`[${Object.keys(SPELT_OUT).join("")}]`, "g");
// deno-fmt-ignore
const IGNORED = /[\p{M}\p{Cf}]/gu; // accents once taken apart, and marks of direction
const SPACES = /[\s\p{Cc}\p{Z}]+/gu;

/** Lower case, no accents, single spaces: "Müller  Łukasz" -> "muller lukasz". What is searched and unique. */
export function fold(text: string): string {
  return foldLetters(text).replace(SPACES, " ").trim();
}

/** As `fold`, keeping spaces where they are: for finding a match in the text that is shown. */
export function foldLetters(text: string): string {
  return text.normalize("NFKD").toLowerCase().replace(IGNORED, "")
    .replace(FOLDABLE, (letter) => SPELT_OUT[letter]!);
}
