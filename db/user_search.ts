import { type SQL, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { needles } from "./fold.ts";
import type { Permission } from "./schema.ts";
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

export const SEARCH_FIELDS = ["name", "username", "email"] as const;
export type SearchField = typeof SEARCH_FIELDS[number];

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
  /** Folded (db/fold.ts). */
  text: string;
  fields: readonly SearchField[];
  filter: UserFilter;
  after?: SearchCursor | undefined;
  limit: number;
}

export interface FoundUser {
  id: string;
  name: string;
  username: string;
  email: string | null;
  disabled: boolean;
  temporary: boolean;
  permissions: Permission[];
  tier: number;
  key: string;
}

/** The order of hits. Each tier is read only while the page isn't full. */
export const TIER = {
  identifier: 0, // username or email, exactly
  name: 1, // begins the name; the exact name sorts first
  username: 2, // begins the username
  contains: 3, // each word somewhere
  similarName: 4, // begins the name with a word that is spelt nearly like the one asked for
  similar: 5, // each word somewhere, or one that is spelt nearly like it
} as const;

/** Users by text, the best hits first; all users by name where there is no text. */
export async function searchUsers(
  db: Database,
  query: SearchQuery,
): Promise<FoundUser[]> {
  const { text, fields, after, limit } = query;
  const from = after?.tier ?? TIER.identifier;
  const words = needles(text);
  const found = from > TIER.username
    ? []
    : await selectHits(db, leadTiers(query, from), limit);
  const missing = limit - found.length;
  if (missing === 0 || words.length === 0 || from > TIER.contains) return found;
  const contains = alongNames({ ...query, limit: missing }, TIER.contains, {
    match: (searchKey) =>
      sql`${allOf(words.map((it) => stands(it, searchKey, fields)))}
        and not coalesce(${anyOf(Object.values(leads(query)))}, false)`,
    lookUp: lookUp(words.map((it) => [it])),
  });
  return [...found, ...await selectHits(db, contains, missing)];
}

/** What a hit of each leading tier is, of the fields that are searched. */
function leads({ text, fields }: SearchQuery) {
  const searched = (field: SearchField) => fields.includes(field);
  // A range and not LIKE: it reads the index whatever the planner knows of the parameter.
  const begins = (key: SQL) =>
    sql`(${key} >= ${text} and ${key} < ${text + LAST})`;
  return {
    identifier: anyOf([
      ...(searched("username") ? [sql`users.username_key = ${text}`] : []),
      ...(searched("email") ? [sql`users.email_key = ${text}`] : []),
    ]),
    name: searched("name") ? begins(sql`users.name_key`) : sql`false`,
    username: searched("username")
      ? begins(sql`users.username_key`)
      : sql`false`,
  };
}

/** Hits that begin with the text, from one tier on; each tier comes in the order of an index. */
function leadTiers(query: SearchQuery, from: number): SQL {
  if (query.text === "") {
    return tier(query, TIER.name, sql`name_key`, sql`true`);
  }
  const { identifier, name, username } = leads(query);
  const others = sql`not coalesce(${identifier}, false)`;
  const tiers = [
    tier(query, TIER.identifier, sql`username_key`, identifier),
    tier(query, TIER.name, sql`name_key`, sql`${name} and ${others}`),
    tier(
      query,
      TIER.username,
      sql`username_key`,
      sql`${username} and ${others} and not ${name}`,
    ),
  ];
  return sql.join(
    tiers.slice(from).map((it) => sql`(${it})`),
    sql` union all `,
  );
}
