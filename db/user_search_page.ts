import { type Placeholder, type SQL, sql } from "drizzle-orm";
import type { Given } from "./prepared.ts";
import type { UserSample } from "./user_sample.ts";
import type { SearchQuery, UserFilter } from "./user_search.ts";

/** What all tiers of a page share. */
export interface Page {
  filter: UserFilter;
  limit: Placeholder;
  sample: Record<keyof UserSample, Placeholder>;
  /** Is the tier on this page, or on the ones before it? */
  reaches: (tier: number) => SQL;
  /** Of the tier that the cursor lies in, what is behind it; of all others everything. */
  behind: (tier: number, key: SQL) => SQL;
}

export interface Paged extends Pick<SearchQuery, "after" | "limit"> {
  sample: UserSample;
}

/** The first page has no conditions of a cursor, which the server would get ready for each time. */
export function pageOf<Of extends Paged>(
  given: Given<Of>,
  { filter, first }: { filter: UserFilter; first: boolean },
): Page {
  const limit = given((it) => it.limit);
  const sample = {
    pages: given((it) => it.sample.pages),
    users: given((it) => it.sample.users),
    rows: given((it) => it.sample.rows),
  };
  if (first) {
    return { filter, limit, sample, reaches: () => ALL, behind: () => ALL };
  }
  const from = given((it) => it.after?.tier ?? 0);
  return {
    filter,
    limit,
    sample,
    reaches: (tier) => sql`${from}::int <= ${constant(tier)}`,
    behind(tier, key) {
      const last = (it: Of) => it.after?.tier === tier ? it.after : undefined;
      const lastKey = given((it) => last(it)?.key ?? "");
      const lastId = given((it) =>
        last(it)?.id ?? "00000000-0000-0000-0000-000000000000"
      );
      // Not a comparison of rows: where a range begins later, the index would be read from here.
      return sql`${key} >= ${lastKey}
        and (${key} > ${lastKey} or users.id > ${lastId}::uuid)`;
    },
  };
}

const ALL = sql`true`;

/** A tier whose hits an index has in order. */
export interface Lead {
  tier: number;
  /** The column of `users`, or what an index makes of one, that puts them in order. */
  key: SQL;
  /** Hits: one at most, some of which each has a key of its own, or several of one key, put in order by id. */
  hits?: "one" | "unique" | "several";
  /** The parts of the index that hold them, each by itself, since together they would have to be sorted. */
  ranges: SQL[];
  /** What is told of a hit, where its name doesn't say why it is one. */
  shows?: { field: string; of: (table: string) => SQL };
}

/** The hits of a lead, without those who have been found before. */
export function leadHits(
  page: Page,
  { tier, key, ranges, hits = "several" }: Lead,
  found: SQL,
): SQL {
  const { limit, filter } = page;
  const first = {
    one: sql``,
    unique: sql`order by ${key} limit ${limit}`, // its index has no id, which would have to be sorted
    several: sql`order by ${key}, id limit ${limit}`,
  }[hits];
  const parts = ranges.map((range) =>
    sql`(
      select id, ${key} as key, ${constant(tier)} as tier from users
      where ${page.reaches(tier)} and ${range} and ${page.behind(tier, key)}
        and ${passes(filter)} and not ${found} ${first}
    )`
  );
  return parts.length === 1 ? parts[0]! : sql`(
    select * from (${sql.join(parts, sql` union all `)}) parts
    order by key, id limit ${limit}
  )`;
}

/**
 * The tier behind the leads, in the order of names: what no index has both matched and in order. A rare text is
 * looked up, and its users sorted. A frequent one is met by going along the names, which ends as soon as the
 * page is full. The planner would have to guess which it is, and reads the whole table where a text goes with
 * the name; a sample tells, or how far in the table the first few were found (user_search_rare.ts).
 */
export interface Rest {
  tier: number;
  match: (searchKey: SQL) => SQL;
  /** What the index of trigrams is asked for; `match` judges what it answers. */
  lookUp: SQL;
  /** Who has been found before. */
  found: (searchKey: SQL) => SQL;
}

/** The hits of the rest among rows of `from`, which are users; in order, as many as fit. */
export function restHits(
  page: Page,
  rest: Rest,
  { from, and = sql`true` }: { from: SQL; and?: SQL },
): SQL {
  return sql`select users.id, users.name_key as key, ${
    constant(rest.tier)
  } as tier from ${from} users
    where ${and} and ${page.behind(rest.tier, sql`users.name_key`)}
      and ${isHit(page, rest, sql`users.search_key`)}
    order by users.name_key, users.id limit ${page.limit}`;
}

export function isHit(
  { filter }: Page,
  { match, found }: Rest,
  searchKey: SQL,
): SQL {
  return sql`${match(searchKey)} and not ${found(searchKey)}
    and ${passes(filter)}`;
}

export function passes({ state, temporary, staff }: UserFilter): SQL {
  return allOf([
    ...(state === "active" ? [sql`users.disabled_at is null`] : []),
    ...(state === "disabled" ? [sql`users.disabled_at is not null`] : []),
    ...(temporary
      ? [sql`users.id in (select user_id from passwords where temporary)`]
      : []),
    ...(staff ? [sql`users.id in (select user_id from permissions)`] : []),
  ]);
}

export function anyOf(conditions: SQL[]): SQL {
  if (conditions.length === 0) return sql`false`;
  return sql`(${sql.join(conditions, sql` or `)})`;
}

export function allOf(conditions: SQL[]): SQL {
  if (conditions.length === 0) return sql`true`;
  return sql`(${sql.join(conditions, sql` and `)})`;
}

/** Known to the planner, as a parameter is not. */
export function constant(value: number): SQL {
  return sql.raw(`${value}`);
}
