import { type SQL, sql } from "drizzle-orm";
import { type Database, rows } from "./client.ts";
import {
  type FoundUser,
  SEARCH_FIELDS,
  type SearchField,
  type SearchQuery,
  type UserFilter,
} from "./user_search.ts";

/** No text sorts behind a prefix followed by this one. */
export const LAST = "\u{10FFFF}";

/** A text that fewer of each 500th users have, some 4000 of them all, is rare. */
const FREQUENT_IN_SAMPLE = 8;

/**
 * How far a search for a frequent text goes along the names, for each in the sample: half as long as it would
 * take to look up the 500 whom that one stands for. And how far at most: 15 ms.
 */
const NAMES_PER_SAMPLED = 1200;
const MOST_NAMES = 40_000;

/**
 * As many are looked up at most, in 1 to 2 µs each, and then put in order. Only a text that more users have,
 * but hardly any of those names in a row, would find more: "ohammed" where every 40th is called so, or what is
 * frequent in a field that is not searched. Hits are missing then; a longer text finds them.
 */
const MOST_LOOKED_UP = 20_000;

/** Users with a temporary password, where there are no more, are looked at one by one. */
const MOST_ONE_BY_ONE = 5_000;

/** One tier: its hits in its own order, behind the cursor where that lies in this tier. */
export function tier(
  query: SearchQuery,
  number: number,
  key: SQL,
  where: SQL,
): SQL {
  return sql`select id, ${key} as key, ${sql.raw(`${number}`)} as tier
    from users where ${where} and ${behind(query, number, key)}
    and ${passes(query.filter)} order by ${key}, id limit ${query.limit}`;
}

/**
 * A tier in the order of names, for what no index has both matched and in order. A frequent text is met by
 * going along the names; a rare one is looked up, and its users sorted. A sample tells which it is: the planner
 * would have to guess, and reads the whole table where a text goes with the name.
 */
export function alongNames(
  query: SearchQuery,
  number: number,
  { match, lookUp }: { match: (searchKey: SQL) => SQL; lookUp: SQL },
): SQL {
  const { filter, limit } = query;
  const after = behind(query, number, sql`name_key`);
  const hit = (searchKey: SQL) =>
    sql`${match(searchKey)} and ${passes(filter)}`;
  const select = sql`select users.id, users.name_key as key, ${
    sql.raw(`${number}`)
  } as tier`;
  const inOrder = sql`order by users.name_key, users.id limit ${limit}`;
  if (filter.staff) { // so few that they are looked at one by one
    return sql`${select} from users
      where ${hit(sql`users.search_key`)} and ${after} ${inOrder}`;
  }
  const state = passes({ state: filter.state });
  const disabled = filter.state === "disabled" ? state : sql`true`; // has an index of its own
  const few = filter.temporary
    ? sql`(select count(*) <= ${MOST_ONE_BY_ONE} from ${
      temporaries(MOST_ONE_BY_ONE + 1)
    } held)`
    : sql`false`;
  return sql`
    with sample as materialized (
      select count(*) as hits from users tablesample system (0.2) repeatable (7)
      where ${match(sql`users.search_key`)}
    ), met as materialized (
      ${select} from (
        select id, name_key, search_key from users where ${after} and ${disabled}
        order by name_key, id limit (
          select least(hits * ${NAMES_PER_SAMPLED}, ${MOST_NAMES}) from sample
          where hits >= ${FREQUENT_IN_SAMPLE} and not ${few}
          union all select 0 limit 1
        )
      ) names join users on users.id = names.id
      where ${hit(sql`names.search_key`)}
      order by names.name_key, names.id limit ${limit}
    ), looked_up as materialized (
      ${select} from (
        (select * from users where (select count(*) from met) < ${limit} and not ${few}
        and ${lookUp} and ${after} and ${state} limit ${MOST_LOOKED_UP})
        union all
        (select * from users where ${few} and ${after} and ${state}
        and id in ${temporaries(MOST_ONE_BY_ONE)})
      ) users where ${hit(sql`users.search_key`)} ${inOrder}
    )
    select * from met where (select count(*) from met) = ${limit}
    union all select * from looked_up`;
}

function temporaries(limit: number): SQL {
  return sql`(select user_id from passwords where temporary limit ${limit})`;
}

export async function selectHits(db: Database, hits: SQL, limit: number) {
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

function behind({ after }: SearchQuery, tier: number, key: SQL): SQL {
  return after?.tier === tier
    ? sql`(users.${key}, users.id) > (${after.key}, ${after.id}::uuid)`
    : sql`true`;
}

function passes({ state, temporary, staff }: UserFilter): SQL {
  return allOf([
    ...(state === "active" ? [sql`users.disabled_at is null`] : []),
    ...(state === "disabled" ? [sql`users.disabled_at is not null`] : []),
    ...(temporary
      ? [sql`users.id in (select user_id from passwords where temporary)`]
      : []),
    ...(staff ? [sql`users.id in (select user_id from permissions)`] : []),
  ]);
}

/** A needle in the lines of the fields that are searched. Not LIKE, which is slower and would want escapes. */
export function stands(
  needle: string,
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
 * The same for the index of trigrams, for lists of needles of each of which one has to stand. It is asked for
 * the first letters only, since each trigram costs, most of all one of "example.com", and few of them say
 * enough. What was typed holds letters, digits and spaces alone, but a look-alike is a word of somebody's name.
 */
export function lookUp(words: readonly (readonly string[])[]): SQL {
  const several = words.length > 1;
  return allOf(words.map((word) => {
    const starts = word.map((it) => [...it].slice(0, several ? 4 : 8).join(""));
    // Intersected within the index, where the planner would put bitmaps together, or leave words out.
    return several && starts.length > 1
      ? sql`users.search_key ~ ${starts.map(literal).join("|")}`
      : anyOf(
        starts.map((it) => sql`users.search_key like ${`%${literal(it)}%`}`),
      );
  }));
}

/** For a pattern of LIKE and for a regular expression alike: a sign is escaped, a letter never. */
function literal(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N} ]/gu, "\\$&");
}

export function anyOf(conditions: SQL[]): SQL {
  if (conditions.length === 0) return sql`false`;
  return sql`(${sql.join(conditions, sql` or `)})`;
}

export function allOf(conditions: SQL[]): SQL {
  if (conditions.length === 0) return sql`true`;
  return sql`(${sql.join(conditions, sql` and `)})`;
}
