import { type Placeholder, type SQL, sql } from "drizzle-orm";
import type { Given } from "./prepared.ts";
import { allOf, anyOf } from "./user_search_page.ts";

/** What is searched, in the order of the lines of a search key. */
export const SEARCH_FIELDS = ["name", "username", "email"] as const;
export type SearchField = typeof SEARCH_FIELDS[number];

/** The words of what is looked for, each in its spellings: needles of db/fold.ts, got from what a call gives. */
export type Words<Of> = readonly (readonly ((of: Of) => string)[])[];

/** What is true of the search key of a hit: each word stands in it, in one of its spellings. */
export function matches<Of>(
  given: Given<Of>,
  fields: readonly SearchField[],
  words: Words<Of>,
): (searchKey: SQL) => SQL {
  const needles = words.map((it) => it.map(given));
  return (searchKey) =>
    allOf(
      needles.map((it) =>
        anyOf(it.map((needle) => stands(needle, searchKey, fields)))
      ),
    );
}

/** A needle in the lines of the fields that are searched. Not LIKE, which is slower and would want escapes. */
function stands(
  needle: Placeholder,
  searchKey: SQL,
  fields: readonly SearchField[],
): SQL {
  if (fields.length === SEARCH_FIELDS.length) {
    return sql`strpos(${searchKey}, ${needle}) > 0`;
  }
  return anyOf(fields.map((field) => {
    const line = sql.raw(`${SEARCH_FIELDS.indexOf(field) + 1}`);
    return sql`strpos(split_part(${searchKey}, E'\\n', ${line}), ${needle}) > 0`;
  }));
}

/**
 * The same for the index of trigrams. It is asked for the first letters only, since each trigram costs, most of
 * all one of "example.com", and few of them say enough. What was typed holds letters, digits and spaces alone,
 * but a look-alike is a word of somebody's name.
 */
export function lookUp<Of>(given: Given<Of>, words: Words<Of>): SQL {
  const several = words.length > 1;
  const start = (needle: string) =>
    literal([...needle].slice(0, several ? 4 : 8).join(""));
  return allOf(words.map((needles) =>
    // Intersected within the index, where the planner would put bitmaps together, or leave words out.
    several && needles.length > 1
      ? sql`users.search_key ~ ${
        given((it) => needles.map((needle) => start(needle(it))).join("|"))
      }`
      : anyOf(
        needles.map((needle) =>
          sql`users.search_key like ${given((it) => `%${start(needle(it))}%`)}`
        ),
      )
  ));
}

/** For a pattern of LIKE and for a regular expression alike: a sign is escaped, a letter never. */
function literal(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N} ]/gu, "\\$&");
}
