import { type SQL, sql } from "drizzle-orm";
import { type Database, rows } from "./client.ts";
import type { Permission } from "./schema.ts";

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
  username: 2,
  email: 3,
  contains: 4, // each word somewhere
  similar: 5, // each word somewhere, or one that is spelt nearly like it
} as const;

/** No text sorts behind a prefix followed by this one. */
const LAST = "\u{10FFFF}";

/** Users by text, the best hits first; all users by name where there is no text. */
export async function searchUsers(
  db: Database,
  query: SearchQuery,
): Promise<FoundUser[]> {
  const from = query.after?.tier ?? 0;
  const tiers = query.text === ""
    ? [tier(query, TIER.name, sql`name_key`, sql`true`)]
    : exactTiers(query).slice(from);
  if (tiers.length === 0) return [];
  return await selectHits(
    db,
    sql.join(tiers.map((it) => sql`(${it})`), sql` union all `),
    query.limit,
  );
}

/** Users in whose name each word of the text, or one of its look-alikes, stands. */
export async function searchSimilarUsers(
  db: Database,
  query: SearchQuery,
  lookAlikes: string[][],
): Promise<FoundUser[]> {
  const words = query.text.split(" ");
  const near = words.map((word, i) =>
    sql`(${
      sql.join(
        [word, ...(lookAlikes[i] ?? [])].map((it) =>
          sql`search_key like ${contains(it)}`
        ),
        sql` or `,
      )
    })`
  );
  return await selectHits(
    db,
    tier(
      query,
      TIER.similar,
      sql`name_key`,
      sql`${sql.join(near, sql` and `)} and not (${
        containsAll(query)
      }) and not (${anyPrefix(query)})`,
    ),
    query.limit,
  );
}

/**
 * Words of names within one edit (a letter more, less or other, or two swapped) of the given one, or
 * within two where it has seven letters or more.
 */
export async function findSimilarWords(
  db: Database,
  word: string,
): Promise<string[]> {
  const letters = [...word];
  const edits = letters.length >= 7 ? 2 : 1;
  const swapped = letters.slice(1).map((_, i) =>
    [
      ...letters.slice(0, i),
      letters[i + 1],
      letters[i],
      ...letters.slice(i + 2),
    ].join("")
  );
  const found = await rows<{ word: string }>(
    db,
    sql`
    select word from (
      select word, 1 as distance from name_words
      where word in (${sql.join(swapped.map((it) => sql`${it}`), sql`, `)})
      union
      select word, levenshtein_less_equal(word, ${word}, ${edits}) from name_words
      where char_length(word) between ${letters.length - edits} and ${
      letters.length + edits
    } and levenshtein_less_equal(word, ${word}, ${edits}) <= ${edits}
    ) near
    where word <> ${word} order by distance, word limit 8`,
  );
  return found.map((it) => it.word);
}

function exactTiers(query: SearchQuery): SQL[] {
  const { text, fields } = query;
  const has = (field: SearchField) => fields.includes(field);
  const exact = sql`(${
    either(
      has("username") && sql`username_key = ${text}`,
      has("email") && sql`email_key = ${text}`,
    )
  })`;
  const name = has("name") ? prefix(sql`name_key`, text) : sql`false`;
  const username = has("username")
    ? prefix(sql`username_key`, text)
    : sql`false`;
  const email = has("email") ? prefix(sql`email_key`, text) : sql`false`;
  return [
    tier(query, TIER.identifier, sql`username_key`, exact),
    tier(query, TIER.name, sql`name_key`, sql`${name} and not ${exact}`),
    tier(
      query,
      TIER.username,
      sql`username_key`,
      sql`${username} and not ${exact} and not ${name}`,
    ),
    tier(
      query,
      TIER.email,
      sql`email_key`,
      sql`${email} and not ${exact} and not ${name} and not ${username}`,
    ),
    tier(
      query,
      TIER.contains,
      sql`name_key`,
      sql`${containsAll(query)} and not (${anyPrefix(query)})`,
    ),
  ];
}

/** One tier: its hits in its own order, behind the cursor where that lies in this tier. */
function tier(
  { filter, after, limit }: SearchQuery,
  number: number,
  key: SQL,
  where: SQL,
): SQL {
  const behind = after?.tier === number
    ? sql`and (${key}, id) > (${after.key}, ${after.id}::uuid)`
    : sql``;
  return sql`select id, ${key} as key, ${sql.raw(String(number))} as tier
    from users where ${where} ${behind} ${filtered(filter)}
    order by ${key}, id limit ${limit}`;
}

async function selectHits(db: Database, hits: SQL, limit: number) {
  return await rows<FoundUser>(
    db,
    sql`
    select u.id, u.name, u.username, u.email, u.disabled_at is not null as disabled,
      coalesce(p.temporary, false) as temporary,
      array(select permission from permissions where user_id = u.id) as permissions,
      hits.tier, hits.key
    from (select * from (${hits}) tiers limit ${limit}) hits
    join users u on u.id = hits.id left join passwords p on p.user_id = u.id
    order by hits.tier, hits.key, hits.id`,
  );
}

function filtered({ state, temporary, staff }: UserFilter): SQL {
  return sql`${state === "active" ? sql`and disabled_at is null` : sql``} ${
    state === "disabled" ? sql`and disabled_at is not null` : sql``
  } ${
    temporary
      ? sql`and id in (select user_id from passwords where temporary)`
      : sql``
  } ${staff ? sql`and id in (select user_id from permissions)` : sql``}`;
}

/** A range and not LIKE: it reads the index whatever the planner knows of the parameter. */
function prefix(key: SQL, text: string): SQL {
  return sql`(${key} >= ${text} and ${key} < ${text + LAST})`;
}

function anyPrefix({ text, fields }: SearchQuery): SQL {
  return sql.join(
    fields.map((field) =>
      sql`coalesce(${prefix(sql.raw(`${field}_key`), text)}, false)`
    ),
    sql` or `,
  );
}

function containsAll({ text, fields }: SearchQuery): SQL {
  const all = fields.length === SEARCH_FIELDS.length;
  const words = text.split(" ").map((word) => {
    const pattern = contains(word);
    const some = either(
      ...fields.map((it) =>
        sql`' ' || ${sql.raw(`${it}_key`)} like ${pattern}`
      ),
    );
    // The index knows the fields only together; where one is left out, look again.
    return all
      ? sql`search_key like ${pattern}`
      : sql`(search_key like ${pattern} and (${some}))`;
  });
  return sql.join(words, sql` and `);
}

/** Under three letters there is no trigram to look up: such a word must begin one. */
function contains(word: string): string {
  const literal = word.replace(/[\\%_]/g, "\\$&");
  return [...word].length < 3 ? `% ${literal}%` : `%${literal}%`;
}

function either(...conditions: (SQL | false)[]): SQL {
  const some = conditions.filter((it) => it !== false);
  return some.length > 0 ? sql.join(some, sql` or `) : sql`false`;
}
