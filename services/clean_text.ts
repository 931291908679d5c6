import { unicodeEmail } from "../db/email_addresses.ts";

/** What no font draws. The first range stands around annotations; the rest is Unicode's own property. */
const INVISIBLE =
  /[\ufff9-\ufffb]|(?![\p{L}\u17b4\u17b5])\p{Default_Ignorable_Code_Point}/u;
const ALL_INVISIBLE = new RegExp(INVISIBLE, "gu");
/** Blanks of all widths, and separators of lines. */
const BLANKS = /\p{Z}/gu;
/**
 * Refused where a text still has it: control characters, what no font knows, what stands for undecodable bytes, and
 * letters that are drawn as nothing, which nobody pastes by accident.
 */
export const UNREADABLE =
  /[\p{Cc}\p{Co}\p{Cn}\p{Cs}\ufffd\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u{13441}\u{13442}\u{16fe4}]/u;

const DIRECTION = /[\u061c\u200e\u200f]/gu;
const RIGHT_TO_LEFT =
  /[\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}\p{sc=Thaa}\p{sc=Nkoo}\p{sc=Mand}\p{sc=Samr}\p{sc=Adlm}\p{sc=Rohg}]/u;

/**
 * Invisible signs that carry spelling, and what each has to follow. What stands anywhere else was pasted along:
 * an "a" has no variants, and Latin letters don't join. They look behind, since V8 miscounts how far back from the
 * end a pattern with letters beyond U+FFFF can begin.
 */
const CARRIES: { sign: RegExp; after: RegExp; before?: RegExp }[] = [
  { // Joiners, in scripts whose letters change beside each other
    sign: /[\u200c\u200d]/,
    after:
      /(?<=(?![\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Armn}\p{sc=Geor}\p{sc=Hebr}\p{sc=Hani}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Zyyy}])\p{L}\p{M}*)$/u,
  },
  { // Emoji that are put together: "woman" and "computer"
    sign: /\u200d/,
    after: /(?<=\p{Extended_Pictographic}[\p{Emoji_Modifier}\ufe0f]?)$/u,
  },
  { // An emoji in colour or as text
    sign: /[\ufe0e\ufe0f]/,
    after: /(?<=(?![0-9#*])\p{Emoji})$/u,
  },
  { sign: /\ufe0f/, after: /(?<=[0-9#*])$/u, before: /^\u20e3/ }, // a keycap
  { // Standardized variants
    sign: /[\ufe00-\ufe0d]/,
    after: /(?<=[\p{Ideographic}\p{sc=Mymr}\p{sc=Phag}\p{sc=Mani}])$/u,
  },
  { // Ideographic variants, by which families write themselves apart
    sign: /[\u{e0100}-\u{e01ef}]/u,
    after: /(?<=\p{Ideographic})$/u,
  },
  { // Mongolian variants and vowel separators
    sign: /[\u180b-\u180f]/,
    after: /(?<=\p{sc=Mong})$/u,
  },
  { // Flags of regions: England, Scotland, Wales
    sign: /[\u{e0020}-\u{e007f}]/u,
    after: /(?<=\u{1f3f4}[\u{e0020}-\u{e007e}]{0,6})$/u,
  },
];
/** No condition above looks back further, in code units. */
const LOOKED_AT = 32;

/**
 * A text as it is stored: NFC, blanks as plain spaces and none at the ends, and of what can't be seen only what
 * carries spelling. Controls of direction are dropped, so that a text can't be shown in another order than it is
 * stored in (UTS 55); marks of direction stay where a letter runs from right to left.
 */
export function cleanText(raw: string): string {
  const text = raw.normalize("NFC").replace(BLANKS, " ");
  return INVISIBLE.test(text) ? keepSpelling(text) : text.trim();
}

/** The same for what is compared and not read, as a username or a number: nothing that can't be seen stays. */
export function visibleText(raw: string): string {
  return raw.normalize("NFC").replace(BLANKS, " ")
    .replace(ALL_INVISIBLE, "").normalize("NFC").trim();
}

/** An email: its domain may need joiners, and nothing of it a mark of direction or a blank. */
export function cleanEmail(raw: string): string {
  return unicodeEmail(cleanText(raw).replace(DIRECTION, ""));
}

function keepSpelling(text: string): string {
  const marks = RIGHT_TO_LEFT.test(text);
  const signs = [...text];
  let kept = "";
  signs.forEach((sign, i) => {
    if (!INVISIBLE.test(sign) || carries(sign, kept, signs[i + 1], marks)) {
      kept += sign;
    }
  });
  const clean = kept.normalize("NFC").trim();
  // What stood apart may have come together; it gets shorter each time.
  return clean === text ? clean : cleanText(clean);
}

function carries(
  sign: string,
  kept: string,
  next: string | undefined,
  marks: boolean,
): boolean {
  const before = kept.slice(-LOOKED_AT);
  if (/[\u061c\u200e\u200f]/.test(sign)) {
    return marks && !/[\u061c\u200e\u200f]$/.test(before);
  }
  return CARRIES.some((it) =>
    it.sign.test(sign) && it.after.test(before) &&
    (it.before === undefined || it.before.test(next ?? ""))
  );
}
