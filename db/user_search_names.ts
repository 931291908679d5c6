import { type SQL, sql } from "drizzle-orm";
import type { UserFilter } from "./user_search.ts";
import { constant, type Page, passes } from "./user_search_page.ts";

/** The tier behind the leads, without their hits: what no index has both matched and in order. */
export interface Rest {
  tier: number;
  match: (searchKey: SQL) => SQL;
  /** What the index of trigrams is asked for; `match` judges what it answers. */
  lookUp: SQL;
}

/**
 * How many pages of the table are looked at first, some 150 users, and how many of those have a text that is
 * frequent: the index would have to put together a list of everybody before it told the first one.
 */
const SAMPLED_PAGES = constant(8);
const FREQUENT = constant(5);

/** So many of what is not frequent are looked up before more is decided: a text that fewer users have is rare. */
const FEW = constant(100);

/**
 * What a step along the names costs beside a look-up in the table, 0.3 to 2.2 µs. Along the names it takes
 * `limit * users / hits` steps to fill a page, and otherwise `hits` look-ups.
 */
const STEP = constant(0.14);

/** How much further than expected it goes along the names, and how far at most: 15 ms. */
const PATIENCE = constant(3);
const MOST_NAMES = constant(40_000);

/**
 * As many are looked up at most, and then put in order. Only a text that more users have, but hardly any of
 * those names in a row, would find more: "ohammed" where every 40th is called so, or what is frequent in a
 * field that is not searched. Hits are missing then; a longer text finds them.
 */
const MOST_LOOKED_UP = constant(20_000);

/** Users with a temporary password, or disabled ones, are looked at one by one where there are no more. */
const MOST_ONE_BY_ONE = 5_000;

/**
 * Hits in the order of names. A rare text is looked up, and its users sorted. A frequent one is met by going
 * along the names, which ends as soon as the page is full. How frequent it is tells a sample, or how far in the
 * table the first few were found: the planner would have to guess, and reads the whole table where a text goes
 * with the name.
 */
export function alongNames(
  { filter, limit, ...page }: Page,
  { tier, match, lookUp }: Rest,
  found: (searchKey: SQL) => SQL,
): SQL {
  const hit = (searchKey: SQL) =>
    sql`${match(searchKey)} and not coalesce(${found(searchKey)}, false)
      and ${passes(filter)}`;
  const after = page.behind(tier, sql`name_key`);
  const room = sql`${page.reaches(tier)}
    and (select count(*) from led) < ${limit}`;
  const select = sql`select users.id, users.name_key as key, ${
    constant(tier)
  } as tier`;
  const inOrder = sql`order by users.name_key, users.id limit ${limit}`;
  if (filter.staff) { // so few that they are looked at one by one
    return sql`behind as (
      ${select} from users
      where ${room} and ${hit(sql`users.search_key`)} and ${after} ${inOrder}
    )`;
  }
  const state = passes({ state: filter.state });
  const disabled = filter.state === "disabled" ? state : sql`true`; // has an index of its own
  const members = membersOf(filter);
  const oneByOne = members
    ? sql`(select count(*) <= ${constant(MOST_ONE_BY_ONE)} from ${
      members(MOST_ONE_BY_ONE + 1)
    } members)`
    : sql`false`;
  return sql`
    size as materialized (
      select greatest(relpages, 1) as pages, greatest(reltuples, 0) as among
      from pg_class where oid = 'users'::regclass
    ), sample as materialized (
      select count(*) as hits from users
      tablesample system ((select least(100.0 * ${SAMPLED_PAGES} / pages, 100) from size)) repeatable (7)
      where ${room} and not ${oneByOne} and ${match(sql`users.search_key`)}
    ), few as materialized (
      select ${COLUMNS}, (users.ctid::text::point)[0] as block from (
        select ${COLUMNS}, users.ctid from users
        where ${room} and not ${oneByOne} and (select hits from sample) < ${FREQUENT}
          and ${lookUp} limit ${MOST_LOOKED_UP}
      ) users where ${match(sql`users.search_key`)} limit ${FEW}
    ), many as materialized (
      select among, case when sample.hits < ${FREQUENT}
        then ${FEW} * pages / (select max(block) + 1 from few)
        else sample.hits * greatest(pages / ${SAMPLED_PAGES}, 1) end as hits
      from size, sample
      where sample.hits >= ${FREQUENT} or (select count(*) from few) = ${FEW}
    ), met as materialized (
      ${select} from (
        select id, name_key, search_key from users where ${after} and ${disabled}
        order by name_key, id limit (
          select least(${PATIENCE} * ${limit} * among / hits, ${MOST_NAMES})::bigint
          from many where hits * hits > ${limit} * among * ${STEP}
          union all select 0 limit 1
        )
      ) names join users on users.id = names.id
      where ${hit(sql`names.search_key`)}
      order by names.name_key, names.id limit ${limit}
    ), looked_up as (
      ${select} from (
        (select ${COLUMNS} from few users where not exists (select from many))
        union all
        (select ${COLUMNS} from users where exists (select from many)
          and ${lookUp} and ${after} and ${state} limit ${MOST_LOOKED_UP})
        union all
        (select ${COLUMNS} from users where ${room} and ${oneByOne}
          and ${members ? sql`id in ${members(MOST_ONE_BY_ONE)}` : sql`false`})
      ) users where ${after} and ${hit(sql`users.search_key`)} ${inOrder}
    ), behind as (
      select * from met where (select count(*) from met) = ${limit}
      union all
      select * from looked_up where (select count(*) from met) < ${limit}
    )`;
}

const COLUMNS = sql.raw(
  ["id", "search_key", "disabled_at", "email_key"]
    .concat(["name_key", "inverted_name_key", "username_key"])
    .map((it) => `users.${it}`).join(", "),
);

/** Those whom a filter lets through, where it is one that keeps most away. */
function membersOf({ state, temporary }: UserFilter) {
  if (!temporary && state !== "disabled") return undefined;
  const members = temporary
    ? sql`select user_id from passwords where temporary`
    : sql`select id from users where disabled_at is not null`;
  return (limit: number) => sql`(${members} limit ${constant(limit)})`;
}
