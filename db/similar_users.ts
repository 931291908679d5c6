import { type SQL, sql } from "drizzle-orm";
import { type Database, rows } from "./client.ts";
import { needles } from "./fold.ts";
import { type FoundUser, type SearchQuery, TIER } from "./user_search.ts";
import {
  allOf,
  alongNames,
  anyOf,
  LAST,
  lookUp,
  selectHits,
  stands,
  tier,
} from "./user_search_tiers.ts";

/**
 * Users in whom one of each list of needles stands, but not those of the text itself; of a single word, those
 * whose names begin with one of them first.
 */
export async function searchSimilarUsers(
  db: Database,
  query: SearchQuery,
  alternatives: readonly (readonly string[])[],
): Promise<FoundUser[]> {
  const { text, fields, after, limit } = query;
  const exact = (searchKey: SQL) =>
    allOf(needles(text).map((it) => stands(it, searchKey, fields)));
  // The first word of a name ends with a space, or else the hit is one of the second tier.
  const starts = (alternatives.length === 1 ? alternatives[0]! : [])
    .filter((it) => it.endsWith(" ")).map((it) => it.trimStart());
  const found = starts.length === 0 || after?.tier === TIER.similar
    ? []
    : await selectHits(db, beginning(query, starts, exact), limit);
  const missing = limit - found.length;
  if (missing === 0) return found;
  const similar = alongNames({ ...query, limit: missing }, TIER.similar, {
    match: (searchKey) => {
      const near = alternatives.map((some) =>
        anyOf(some.map((it) => stands(it, searchKey, fields)))
      );
      return sql`${allOf(near)} and not ${exact(searchKey)}
        and not ${anyOf(starts.map(begins))}`;
    },
    lookUp: lookUp(alternatives),
  });
  return [...found, ...await selectHits(db, similar, missing)];
}

/** Each beginning by itself, since together they would have to be sorted. */
function beginning(
  query: SearchQuery,
  starts: string[],
  exact: (searchKey: SQL) => SQL,
): SQL {
  const each = starts.map((it) =>
    sql`(${
      tier(
        query,
        TIER.similarName,
        sql`name_key`,
        sql`${begins(it)} and not ${exact(sql`users.search_key`)}`,
      )
    })`
  );
  return sql`select * from (${
    sql.join(each, sql` union all `)
  }) starts order by key, id`;
}

function begins(start: string): SQL {
  return sql`(users.name_key >= ${start} and users.name_key < ${start + LAST})`;
}

export interface SimilarWords {
  /** Some name has a word that begins so: it is spelt right, as far as anybody knows. */
  known: boolean;
  /** The words of names that are spelt nearest, at most six; those with the same first letter first. */
  similar: string[];
}

/**
 * Words of names within one edit of the given one (a letter more, less or other, or two swapped), or where
 * there are none and it has eight letters or more, within two.
 *
 * One edit leaves the first half of a word as it is or the second, so that one of two indexes finds it. With
 * two edits a third of it stays; they are found where that is the first or the last.
 */
export async function findSimilarWords(
  db: Database,
  word: string,
): Promise<SimilarWords> {
  const letters = [...word];
  const edits = letters.length >= 8 ? 2 : 1;
  const part = Math.floor(letters.length / (edits + 1));
  const start = letters.slice(0, part).join("");
  const end = letters.slice(edits === 1 ? part : -part).reverse().join("");
  const swaps = swapped(letters);
  const [found] = await rows<SimilarWords>(
    db,
    sql`
    with near as (
      select word, 1 as distance from name_words where word in ${swaps}
        and word <> ${word}
      union all
      select word, levenshtein_less_equal(word, ${word}, ${edits}) from name_words
      where (word >= ${start} and word < ${start + LAST}
        or reverse(word) >= ${end} and reverse(word) < ${end + LAST})
        and char_length(word) between ${letters.length - edits} and ${
      letters.length + edits
    } and word <> ${word}
    ), nearest as (
      select distinct word from near
      where distance = (select min(distance) from near) and distance <= ${edits}
    )
    select exists(
        select from name_words where word >= ${word} and word < ${word + LAST}
      ) as known,
      array(
        select word from nearest
        order by left(word, 1) <> ${letters[0]}, word limit 6
      ) as similar`,
  );
  return found!;
}

/** The word with two letters that stand beside each other in each other's place, at each place. */
function swapped(letters: string[]): string[] {
  return letters.slice(1).map((letter, i) =>
    [...letters.slice(0, i), letter, letters[i], ...letters.slice(i + 2)]
      .join("")
  );
}
