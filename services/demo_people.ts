import { drawName, type DrawnName } from "./demo_names.ts";
import {
  below,
  byRank,
  Lottery,
  type Random,
  seededRandom,
} from "./demo_names_random.ts";

export interface DemoPerson {
  name: string;
  username: string;
  email: string | null;
  locale?: string;
  attributes: Record<string, string>;
  disabled: boolean;
  neverSignedIn: boolean;
  createdDaysAgo: number;
  lastSignInDaysAgo: number | null;
}

const SEED = 20_260_104;

/**
 * Invented people for demos, tests and benchmarks. Deterministic: the same
 * count gives the same people, and a larger count begins with them.
 */
export function* demoPeople(count: number): Generator<DemoPerson> {
  const random = seededRandom(SEED);
  const taken = new Map<string, number>();
  for (let index = 0; index < count; index++) {
    yield demoPerson(random, taken, index);
  }
}

function demoPerson(random: Random, taken: Taken, index: number): DemoPerson {
  const name = drawName(random);
  const username = numbered(taken, usernames.draw(random)(name));
  const company = companies.draw(random);
  return {
    name: name.text,
    username,
    email: drawEmail(random, taken, { name, username, company }),
    ...(random() < 0.7 && { locale: name.locale }),
    attributes: drawAttributes(random, company, index),
    ...drawHistory(random),
  };
}

/** How often each base was given out. It has no digits, so "base2" is free. */
type Taken = Map<string, number>;

function numbered(taken: Taken, base: string): string {
  const times = (taken.get(base) ?? 0) + 1;
  taken.set(base, times);
  return times === 1 ? base : `${base}${times}`;
}

type Style = (name: DrawnName) => string;

const usernames = weighted<Style>([
  [42, ({ given, family }) => given.charAt(0) + family],
  [40, ({ given, family }) => `${given}.${family}`],
  [6, ({ given, family }) => `${family}.${given.charAt(0)}`],
  [5, ({ given, family }) => `${given.charAt(0)}.${family}`],
  [4, ({ given, family }) => family + given.charAt(0)],
  [3, ({ given, family }) => `${given}-${family}`],
]);

interface Company {
  domain: string;
  /** the site's numbers; a # is any digit */
  phone: string;
}

/**
 * Numbers set aside for fiction: Bundesnetzagentur ("Rufnummern für Medien-
 * produktionen"), Ofcom ("Numbers for drama"), NANPA (555-0100 to 0199), ARCEP
 * (décision 2018-0881) and PTS (46 8 465 004 xx).
 */
const PHONES = {
  berlin: "+49 30 23125 ###",
  frankfurt: "+49 69 90009 ###",
  hamburg: "+49 40 66969 ###",
  koeln: "+49 221 4710 ###",
  muenchen: "+49 89 99998 ###",
  london: "+44 20 7946 0###",
  leeds: "+44 113 496 0###",
  manchester: "+44 161 496 0###",
  edinburgh: "+44 131 496 0###",
  washington: "+1 202 555 01##",
  newYork: "+1 212 555 01##",
  chicago: "+1 312 555 01##",
  paris: "+33 1 99 00 ## ##",
  lyon: "+33 4 65 71 ## ##",
  stockholm: "+46 8 465 004 ##",
};

/** Names that nobody can register: RFC 2606 and RFC 6761, section 6.5. */
const DOMAINS: Record<keyof typeof PHONES, string> = {
  berlin: "example.org nord.example.org stadtwerke.example muster-bank.example",
  frankfurt: "muster-ag.example versicherung.example finanz.example.com",
  hamburg: "hafen.example.org reederei-muster.example nord.example.net",
  koeln: "medien.example rhein.example.org klinik-muster.example",
  muenchen: "sued.example.org brauerei.example technik.example.com",
  london: "example.com uk.example.com ledger.example acorn-trust.example",
  leeds: "mills.example.com northern.example",
  manchester: "labs.example.com cotton-works.example",
  edinburgh: "uni.example.net castle-press.example",
  washington: "us.example.com policy.example.org harbor.example",
  newYork: "example.net ny.example.net media-group.example",
  chicago: "lakeside.example freight.example.net",
  paris: "fr.example.com lumiere.example librairie.example.org",
  lyon: "soie.example sud.example.net",
  stockholm: "se.example.com skog.example",
};

const companies = byRank(
  (Object.keys(PHONES) as (keyof typeof PHONES)[]).flatMap((city) =>
    DOMAINS[city].split(" ").map((domain): Company => ({
      domain,
      phone: PHONES[city],
    }))
  ),
);

const MAIL_PROVIDERS = ["mail.example", "post.example", "inbox.example.net"];

interface Account {
  name: DrawnName;
  username: string;
  company: Company;
}

/**
 * Most people's address is their username. No username has an underscore and
 * no company is a mail provider, so the other two kinds can't meet the first.
 */
function drawEmail(
  random: Random,
  taken: Taken,
  account: Account,
): string | null {
  const { name, username, company } = account;
  const kind = random();
  if (kind < 0.02) return null;
  if (kind < 0.1) {
    return `${
      numbered(taken, `${name.given}_${name.family}`)
    }@${company.domain}`;
  }
  if (kind < 0.16) {
    const provider = MAIL_PROVIDERS[below(random, MAIL_PROVIDERS.length)];
    const local = `${name.family}_${name.given}`;
    return `${numbered(taken, local).replace("_", ".")}@${provider}`;
  }
  return `${username}@${company.domain}`;
}

const departments = byRank(
  ("Sales,Operations,Customer Service,Engineering,Finance,Production,Logistics," +
    "Human Resources,Information Technology,Marketing,Purchasing,Research," +
    "Quality,Legal,Facilities,Communications,Management")
    .split(","),
);

function drawAttributes(random: Random, company: Company, index: number) {
  const phone = company.phone.replace(/#/g, () => String(below(random, 10)));
  return {
    department: departments.draw(random),
    employee_number: employeeNumber(index),
    ...(random() < 0.8 && { phone }),
  };
}

/** Six digits in no visible order (389,999 and 900,000 are coprime), then seven. */
function employeeNumber(index: number): string {
  const sixDigits = 900_000;
  if (index >= sixDigits) return `E${index + 100_000}`;
  return `E${100_000 + (index * 389_999 + 4_233) % sixDigits}`;
}

/** Up to 12 years, most of them lately; half of the people were here this week. */
function drawHistory(random: Random) {
  const neverSignedIn = random() < 0.07;
  const disabled = random() < 0.04;
  const createdDaysAgo = Math.floor(
    4_380 * random() ** (neverSignedIn ? 4 : 1.6),
  );
  const idle = Math.floor(createdDaysAgo * random() ** (disabled ? 1 : 8));
  const lastSignInDaysAgo = neverSignedIn ? null : idle;
  return { disabled, neverSignedIn, createdDaysAgo, lastSignInDaysAgo };
}

function weighted<T>(pairs: readonly (readonly [number, T])[]) {
  const lottery = new Lottery(pairs, ([weight]) => weight);
  return { draw: (random: Random) => lottery.draw(random)[1] };
}
