import { sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { remember } from "./prepared.ts";
import {
  type FoundUser,
  type SearchQuery,
  TIER,
  type UserFilter,
} from "./user_search.ts";
import { LAST } from "./schema.ts";
import { lookUp, matches, type SearchField } from "./user_search_texts.ts";
import type { Paged } from "./user_search_page.ts";
import { search } from "./user_search_hits.ts";

/** A word in its spellings, as needles (db/fold.ts). */
export type Alternatives = readonly (readonly string[])[];

/**
 * Users in whom one of each list of needles stands, but not those of the text itself; of a single word, those
 * whose names begin with one of them first, then those whose last names do.
 */
export async function searchSimilarUsers(
  db: Database,
  query: Omit<SearchQuery, "doubtful" | "bearer">,
  alternatives: Alternatives,
): Promise<FoundUser[]> {
  const { words, fields, filter, after } = query;
  // A word of a name ends with a space, or else the hit is one of the last tier.
  const starts = (alternatives.length === 1 ? alternatives[0]! : [])
    .filter((it) => it.endsWith(" ")).map((it) => it.trimStart());
  const spellings = alternatives
    .map((it) => it.length === 1 ? it : filled(it, it.at(-1)!))
    .sort((a, b) => b.length - a.length); // all of them must be there, in whichever order
  const find = shaped({
    fields,
    filter,
    first: after === undefined,
    words: words.length,
    alternatives: spellings.map((it) => it.length),
    starts: starts.length > 0,
  });
  return (await find(db, {
    ...query,
    alternatives: spellings,
    starts: filled(starts, NO_NAME),
  })).users;
}

/** The word itself and those spelt nearest (db/spelling.ts). */
const SPELLINGS = 7;
/** No name begins so. */
const NO_NAME = LAST + LAST;

/**
 * As many as there may be: each number of them would be a statement of its own, which every connection keeps.
 */
function filled(some: readonly string[], filler: string): string[] {
  return Array.from({ length: SPELLINGS }, (_, i) => some[i] ?? filler);
}

interface Asked extends Omit<SearchQuery, "doubtful" | "bearer">, Paged {
  alternatives: Alternatives;
  starts: string[];
}

const shaped = remember((shape: {
  fields: readonly SearchField[];
  filter: UserFilter;
  first: boolean;
  words: number;
  alternatives: number[];
  starts: boolean;
}) =>
  search<Asked>((given) => {
    const { fields, filter, first, words, alternatives, starts } = shape;
    const range = (length: number) => Array.from({ length }, (_, i) => i);
    const exactly = range(words).map((i) => [(it: Asked) => it.words[i]!]);
    const nearly = alternatives.map((some, i) =>
      range(some).map((j) => (it: Asked) => it.alternatives[i]![j]!)
    );
    const leads = [
      { tier: TIER.similarName, column: sql`users.name_key` },
      { tier: TIER.similarInvertedName, column: sql`users.inverted_name_key` },
    ].map(({ tier, column }) => ({
      tier,
      key: column,
      ranges: range(SPELLINGS).map((i) =>
        sql`(${column} >= ${given((it) => it.starts[i])}
          and ${column} < ${given((it) => it.starts[i]! + LAST)})`
      ),
    }));
    return {
      filter,
      first,
      leads: starts ? leads : [],
      rest: {
        tier: TIER.similar,
        match: matches(given, fields, nearly),
        lookUp: lookUp(given, nearly),
      },
      but: matches(given, fields, exactly),
    };
  })
);
