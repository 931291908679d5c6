import { type SQL, sql } from "drizzle-orm";
import { SAMPLED_PAGES } from "./user_sample.ts";
import type { UserFilter } from "./user_search.ts";
import {
  constant,
  type Page,
  type Rest,
  restHits,
} from "./user_search_page.ts";

/**
 * How many users of a sample have a text that is frequent: the index would have to put together a list of everybody
 * before it told the first one.
 */
const FREQUENT = constant(3);

/** So many of what is not frequent are looked up before more is decided: a text that fewer users have is rare. */
const FEW = constant(100);

/** Disabled users, or those with a temporary password, are looked at one by one where there are no more. */
const MOST_ONE_BY_ONE = constant(5_000);

/**
 * As many are looked up at most, and then put in order. Only a text that more users have, but hardly any of
 * those names in a row, would find more: "ohammed" where every 40th is called so, or what is frequent in a
 * field that is not searched. Hits are missing then; a longer text finds them.
 */
export const MOST_LOOKED_UP = constant(20_000);

/**
 * Parts of a statement that has the hits of the leads in `led`: the hits of a rare text in `rare`; where it is
 * not rare `rare` is nobody, and `estimate` has a row, of about how many hits among about how many users.
 * Nobody is looked at where it is not allowed.
 */
export function rareHits(page: Page, rest: Rest, allowed: SQL): SQL {
  const { limit, filter } = page;
  const room = sql`${page.reaches(rest.tier)} and ${allowed}
    and (select count(*) from led) < ${limit}`;
  if (filter.staff) { // so few that they are looked at one by one
    return sql`estimate as (${NO_ESTIMATE}), rare as (${
      restHits(page, rest, { from: sql`users`, and: room })
    })`;
  }
  const { few, estimate } = filter.temporary || filter.state === "disabled"
    ? oneByOne(filter, room)
    : lookedUp(page, rest, room);
  return sql`${few}, estimate as materialized (${estimate}), rare as (${
    restHits(page, rest, {
      from: sql`few`,
      and: sql`not exists (select from estimate)`,
    })
  })`;
}

export const NO_ESTIMATE = sql`select 0 as hits, 0 as among where false`;

function oneByOne({ temporary }: UserFilter, room: SQL) {
  const oneMore = sql`${MOST_ONE_BY_ONE} + 1`;
  const members = temporary
    ? sql`users.id in (select user_id from passwords where temporary limit ${oneMore})`
    : sql`users.disabled_at is not null`;
  return {
    few: sql`few as materialized (
      select ${COLUMNS} from users where ${room} and ${members} limit ${oneMore}
    )`,
    estimate: sql`select 0 as hits, 0 as among from few
      having count(*) > ${MOST_ONE_BY_ONE}`,
  };
}

function lookedUp({ sample }: Page, { match, lookUp }: Rest, room: SQL) {
  const matches = match(sql`users.search_key`);
  return {
    few: sql`sample as materialized (
      select count(*) as hits from users
      where ctid = any(${sample.rows}::tid[]) and ${matches}
      having ${room} -- without room there is no row, and nothing below is read
    ), few as materialized (
      select ${COLUMNS}, (users.ctid::text::point)[0] as block from (
        select ${COLUMNS}, users.ctid from users
        where (select hits from sample) < ${FREQUENT} and ${lookUp}
        limit ${MOST_LOOKED_UP}
      ) users where ${matches} limit ${FEW}
    )`,
    estimate:
      sql`select ${sample.users}::int as among, case when hits >= ${FREQUENT}
        then hits * ${sample.pages}::int / least(${sample.pages}::int, ${
        constant(SAMPLED_PAGES)
      })
        else ${FEW} * ${sample.pages}::int / (select max(block) + 1 from few) end as hits
      from sample
      where hits >= ${FREQUENT} or (select count(*) from few) = ${FEW}`,
  };
}

const COLUMNS = sql.raw(
  ["id", "search_key", "disabled_at", "email_key"]
    .concat(["name_key", "inverted_name_key", "username_key"])
    .map((it) => `users.${it}`).join(", "),
);
