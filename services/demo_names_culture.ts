/**
 * The names of one language. Words are apart by blanks, the most frequent
 * first; `_` stands for a blank inside a name ("van_der_Berg"), `~` for
 * nothing, and `=` gives the Latin letters where a rule can't ("王=wang").
 */
export interface Culture {
  /** BCP 47 */
  locale: string;
  /** how many of all people, in relation to the other cultures */
  weight: number;
  women: string;
  men: string;
  family: string;
  /** Rarer names are put together, one piece from each list, in lower case. */
  familyPieces?: readonly string[];
  /** the share of people with a family name of pieces; 0.24 if not said */
  rareFamilies?: number;
  givenPieces?: readonly string[];
  /** the share of people with a given name of pieces */
  rareGiven?: number;
  /** how a woman's family name differs: the first rule that matches */
  feminine?: readonly (readonly [RegExp, string])[];
  /** what stands before a family name of pieces ("O'+": without a blank) */
  particles?: { words: string; share: number };
  /** "Anna-Lena", "María José" */
  secondGiven?: { join: string; share: number };
  /** a middle name or its initial */
  middle?: { words?: string; share: number; initial?: boolean };
  /** "Meyer-Schmidt", "García López" */
  secondFamily?: { join: string; share: number };
  /** the order on paper; given name first if not said */
  layout?: "family first" | "family first, one word";
  /** letters that become something else in a username than without accent */
  letters?: Readonly<Record<string, string>>;
}

/** A name, and the same in the letters a to z, for usernames. */
export interface Word {
  text: string;
  ascii: string;
}

export function wordsOf(list: string, letters?: Culture["letters"]): Word[] {
  return list.trim().split(/\s+/).map((entry) => {
    const [written = "", latin] = entry.split("=");
    const text = written.replaceAll("_", " ").replaceAll("~", "");
    return { text, ascii: latin ?? toAscii(text, letters) };
  });
}

/** Lower case a to z only: `letters` first, then no accents, then LETTERS. */
export function toAscii(text: string, letters?: Culture["letters"]): string {
  const lower = text.toLowerCase();
  if (/^[a-z]*$/.test(lower)) return lower;
  let ascii = "";
  for (const letter of lower) ascii += letters?.[letter] ?? bare(letter);
  return ascii;
}

function bare(letter: string): string {
  const plain = letter.normalize("NFD").replace(/\p{M}/gu, "");
  return LETTERS.get(plain) ?? plain.replace(/[^a-z]/g, "");
}

/** Greek after ELOT 743, Cyrillic after the passport rules, both simplified. */
const LETTERS = new Map(
  `ß:ss æ:ae ø:o œ:oe đ:d ð:d þ:th ł:l ı:i
   α:a β:v γ:g δ:d ε:e ζ:z η:i θ:th ι:i κ:k λ:l μ:m ν:n ξ:x ο:o π:p ρ:r σ:s
   ς:s τ:t υ:u φ:f χ:ch ψ:ps ω:o
   а:a б:b в:v г:g ґ:g д:d е:e є:ie ж:zh з:z и:i і:i к:k л:l м:m н:n о:o п:p
   р:r с:s т:t у:u ф:f х:kh ц:ts ч:ch ш:sh щ:shch ъ: ы:y ь: э:e ю:yu я:ya`
    .split(/\s+/).map((pair) => pair.split(":") as [string, string]),
);
