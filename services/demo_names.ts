import { type Culture, type Word, wordsOf } from "./demo_names_culture.ts";
import { eastern } from "./demo_names_east.ts";
import { latinised } from "./demo_names_latinised.ts";
import { nordic } from "./demo_names_nordic.ts";
import { assemble, feminine } from "./demo_names_pieces.ts";
import {
  byRank,
  Lottery,
  pickEarly,
  type Random,
} from "./demo_names_random.ts";
import { alphabets } from "./demo_names_scripts.ts";
import { signs } from "./demo_names_signs.ts";
import { southern } from "./demo_names_south.ts";
import { western } from "./demo_names_west.ts";

export interface DrawnName {
  /** as it is written, in Unicode's NFC */
  text: string;
  /** in the letters a to z; `given` may hold hyphens between two names */
  given: string;
  family: string;
  locale: string;
}

/** Families move and people marry: a name from one of the other languages. */
const FOREIGN_FAMILIES = 0.05;
const RARE_FAMILIES = 0.24;

interface Names {
  culture: Culture;
  women: Lottery<Word>;
  men: Lottery<Word>;
  family: Lottery<Word>;
  familyPieces: Word[][];
  givenPieces: Word[][];
  particles: Word[];
  middles: Word[];
}

function prepare(culture: Culture): Names {
  const words = (list: string | undefined) =>
    list ? wordsOf(list, culture.letters) : [];
  return {
    culture,
    women: byRank(words(culture.women)),
    men: byRank(words(culture.men)),
    family: byRank(words(culture.family)),
    familyPieces: (culture.familyPieces ?? []).map(words),
    givenPieces: (culture.givenPieces ?? []).map(words),
    particles: words(culture.particles?.words),
    middles: words(culture.middle?.words),
  };
}

const inLatinLetters = [western, nordic, southern, eastern, latinised].flat()
  .map(prepare);
const all = [...inLatinLetters, ...[alphabets, signs].flat().map(prepare)];
const anyNames = new Lottery(all, (names) => names.culture.weight);
const anyLatinNames = new Lottery(
  inLatinLetters,
  (names) => names.culture.weight,
);

/** The name of a woman or a man of one of the languages, by their weights. */
export function drawName(random: Random): DrawnName {
  const names = anyNames.draw(random);
  const woman = random() < 0.5;
  const given = drawGivenNames(random, names, woman);
  const family = drawFamilyNames(random, names, woman);
  return {
    text: inOrder(names, given, family.text),
    given: given.ascii,
    family: family.ascii,
    locale: names.culture.locale,
  };
}

interface GivenNames extends Word {
  middle: string;
}

function drawGivenNames(
  random: Random,
  names: Names,
  woman: boolean,
): GivenNames {
  const { secondGiven } = names.culture;
  const first = drawGiven(random, names, woman);
  if (!chance(random, secondGiven?.share)) {
    return { ...first, middle: drawMiddle(random, names, woman, first) };
  }
  const second = drawGiven(random, names, woman);
  if (second.text === first.text) return { ...first, middle: "" };
  return { ...joined(first, second, secondGiven?.join), middle: "" };
}

function drawMiddle(
  random: Random,
  names: Names,
  woman: boolean,
  first: Word,
): string {
  const { middle } = names.culture;
  if (!chance(random, middle?.share)) return "";
  const { text } = names.middles.length
    ? pickEarly(random, names.middles)
    : drawGiven(random, names, woman);
  if (middle?.initial && random() < 0.8) return `${text.charAt(0)}.`;
  return text === first.text ? "" : text;
}

function drawGiven(random: Random, names: Names, woman: boolean): Word {
  if (chance(random, names.culture.rareGiven)) {
    return assemble(random, names.givenPieces, names.culture.locale);
  }
  return (woman ? names.women : names.men).draw(random);
}

function drawFamilyNames(random: Random, names: Names, woman: boolean): Word {
  const first = drawFamily(random, names, woman);
  const { secondFamily } = names.culture;
  if (!chance(random, secondFamily?.share)) return first;
  const second = drawFamily(random, names, woman);
  if (second.text === first.text && secondFamily?.join === "-") return first;
  // The account goes by the first of two family names.
  return {
    text: first.text + (secondFamily?.join ?? " ") + second.text,
    ascii: first.ascii,
  };
}

function drawFamily(random: Random, names: Names, woman: boolean): Word {
  if (random() < FOREIGN_FAMILIES && inLatinLetters.includes(names)) {
    return anyLatinNames.draw(random).family.draw(random);
  }
  const { culture } = names;
  const family = names.familyPieces.length &&
      chance(random, culture.rareFamilies ?? RARE_FAMILIES)
    ? drawRareFamily(random, names)
    : names.family.draw(random);
  return woman ? feminine(family, culture) : family;
}

function drawRareFamily(random: Random, names: Names): Word {
  const family = assemble(random, names.familyPieces, names.culture.locale);
  if (!chance(random, names.culture.particles?.share)) return family;
  const particle = pickEarly(random, names.particles);
  const text = particle.text.endsWith("+")
    ? particle.text.slice(0, -1) + family.text
    : `${particle.text} ${family.text}`;
  return { text, ascii: particle.ascii + family.ascii };
}

function inOrder(
  { culture }: Names,
  given: GivenNames,
  family: string,
): string {
  const middle = given.middle && `${given.middle} `;
  if (culture.layout === "family first") {
    return `${family} ${middle}${given.text}`;
  }
  if (culture.layout === "family first, one word") return family + given.text;
  return `${given.text} ${middle}${family}`;
}

function joined(first: Word, second: Word, join = " "): Word {
  return {
    text: first.text + join + second.text,
    ascii: join === "-" ? `${first.ascii}-${second.ascii}` : first.ascii,
  };
}

function chance(random: Random, share = 0): boolean {
  return share > 0 && random() < share;
}
