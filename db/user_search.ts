import { type SQL, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { type Given, remember } from "./prepared.ts";
import { type Bearer, openSession } from "./sessions.ts";
import { type Doubt, doubt, spellings } from "./spelling.ts";
import type { Lead, Paged } from "./user_search_page.ts";
import { LAST } from "./schema.ts";
import {
  lookUp,
  matches,
  SEARCH_FIELDS,
  type SearchField,
  type Words,
} from "./user_search_texts.ts";
import {
  readValue,
  type ValueField,
  valueLeads,
  type ValueQuery,
} from "./user_search_values.ts";
import { type FoundPage, search } from "./user_search_hits.ts";

export interface UserFilter {
  state?: "active" | "disabled" | undefined;
  temporary?: boolean | undefined;
  staff?: boolean | undefined;
}

/** The last row of a page: the next page begins behind it. */
export interface SearchCursor {
  tier: number;
  key: string;
  id: string;
}

export interface SearchQuery {
  /** Folded (db/fold.ts): what begins a name or username, or is one. */
  text: string;
  /** Needles (db/fold.ts): what all stands somewhere. */
  words: readonly string[];
  fields: readonly SearchField[];
  /** Of SEARCH_FIELDS what is searched by its value. */
  values?: readonly ValueField[] | undefined;
  filter: UserFilter;
  after?: SearchCursor | undefined;
  limit: number;
  /** Words of it that may be misspelt: where the page isn't full, their spelling is told. */
  doubtful: string[];
  /** Whoever asks, if that is still to be found out: their session comes with the hits, or nothing does. */
  bearer?: Bearer | undefined;
}

export interface FoundUser {
  id: string;
  name: string;
  username: string;
  email: string | null;
  disabled: boolean;
  temporary: boolean;
  /** Holds some permission. */
  staff: boolean;
  tier: number;
  key: string;
  /** The value that was found, where it is none of the above. */
  matched: { field: string; text: string } | null;
}

/** The order of hits. Each tier is read only while the page isn't full. */
export const TIER = {
  identifier: 0, // username or email, exactly
  name: 1, // begins the name; the exact name sorts first
  invertedName: 2, // begins the name with its last word first: a surname, or "smith ann"
  username: 3, // begins the username
  // 10 to 99: what begins a value (db/user_search_values.ts)
  contains: 100, // each word somewhere
  similarName: 101, // begins the name with a word that is spelt nearly like the one asked for
  similarInvertedName: 102,
  similar: 103, // each word somewhere, or one that is spelt nearly like it
} as const;

/** Users by text, the best hits first; all users by name where there is no text. */
export async function searchUsers(
  db: Database,
  query: SearchQuery,
): Promise<FoundPage> {
  const { text, words, fields, values = [], filter, after, doubtful, bearer } =
    query;
  const asked = readValue(text);
  const find = shaped({
    everybody: text === "",
    fields,
    values,
    asks: {
      id: values.length > 0 && asked.id !== undefined,
      number: values.length > 0 && asked.digits !== undefined,
      value: values.length > 0 && asked.value.length >= SHORTEST_VALUE,
    },
    filter,
    first: after === undefined,
    words: words.length,
    doubtful: Math.min(doubtful.length, 2),
    bearer: bearer !== undefined,
  });
  return await find(db, { ...query, asked, doubts: doubtful.map(doubt) });
}

/** Of one letter there is too much. */
const SHORTEST_VALUE = 2;

interface Asked extends SearchQuery, Paged {
  asked: ValueQuery;
  doubts: Doubt[];
}

const shaped = remember((shape: {
  everybody: boolean;
  fields: readonly SearchField[];
  values: readonly ValueField[];
  /** Of `values` what the query may be. */
  asks: { id: boolean; number: boolean; value: boolean };
  filter: UserFilter;
  first: boolean;
  words: number;
  /** None, one or several words. */
  doubtful: number;
  bearer: boolean;
}) =>
  search<Asked>((given) => {
    const { everybody, fields, values, asks, filter } = shape;
    const { first, words, doubtful } = shape;
    const leads = everybody
      ? [{ tier: TIER.name, key: sql`users.name_key`, ranges: [sql`true`] }]
      : [...leadsOf(given, fields), ...valueLeads(given, values, asks)];
    const needles: Words<Asked> = Array.from(
      { length: words },
      (_, i) => [(it) => it.words[i]!],
    );
    return {
      ...(shape.bearer && {
        session: openSession((value) => given((it) => value(it.bearer!))),
      }),
      filter,
      first,
      leads,
      ...(words > 0 && {
        rest: {
          tier: TIER.contains,
          match: matches(given, fields, needles),
          lookUp: lookUp(given, needles),
        },
      }),
      ...(doubtful > 0 && {
        spellings: spellings((value) => given((it) => value(it.doubts)), {
          several: doubtful > 1,
        }),
      }),
    };
  })
);

/** What a hit of each leading tier is, of the fields that are searched. */
function leadsOf(given: Given<Asked>, fields: readonly SearchField[]): Lead[] {
  const text = given((it) => it.text);
  const end = given((it) => it.text + LAST);
  // A range and not LIKE: it reads the index whatever the planner knows of the parameter.
  const begins = (key: SQL) => sql`(${key} >= ${text} and ${key} < ${end})`;
  const [byName, byUsername, byEmail] = SEARCH_FIELDS.map((it) =>
    fields.includes(it)
  );
  const [name, inverted, username] = [
    sql`users.name_key`,
    sql`users.inverted_name_key`,
    sql`users.username_key`,
  ];
  const exactly = [
    ...(byUsername ? [sql`${username} = ${text}`] : []),
    ...(byEmail ? [sql`users.email_key = ${text}`] : []),
  ];
  return [
    ...exactly.map((range): Lead => ({
      tier: TIER.identifier,
      key: sql`users.username_key`,
      ranges: [range],
      hits: "one",
    })),
    ...(byName
      ? [
        { tier: TIER.name, key: sql`users.name_key`, ranges: [begins(name)] },
        {
          tier: TIER.invertedName,
          key: sql`users.inverted_name_key`,
          ranges: [begins(inverted)],
        },
      ]
      : []),
    ...(byUsername
      ? [{
        tier: TIER.username,
        key: sql`users.username_key`,
        ranges: [begins(username)],
        hits: "unique" as const,
      }]
      : []),
  ];
}
