import { type Placeholder, type SQL, sql } from "drizzle-orm";
import {
  constant,
  isHit,
  type Page,
  passes,
  type Rest,
  restHits,
} from "./user_search_page.ts";
import { MOST_LOOKED_UP } from "./user_search_rare.ts";

/** About how many users match, among about how many; zeros where nothing is known of it. */
export interface Estimate {
  hits: number;
  among: number;
}

/**
 * What a step along the names costs beside a look-up in the table, 0.3 to 2.2 µs. Along the names it takes
 * `limit * among / hits` steps to fill a page, and otherwise `hits` look-ups.
 */
const STEP = 0.14;

/** How much further than expected it goes along the names, and how far at most: 15 ms. */
const PATIENCE = 3;
const MOST_NAMES = 40_000;

/** Steps along the names after which a page should be full; 0 where looking up is faster. */
export function stepsAlongNames(
  { hits, among }: Estimate,
  limit: number,
): number {
  if (hits === 0) return MOST_NAMES;
  const steps = limit * among / hits;
  return steps * STEP > hits
    ? 0
    : Math.min(Math.ceil(steps * PATIENCE), MOST_NAMES);
}

/** Hits of the rest that are met within so many steps along the names, in their order. */
export function metHits(page: Page, rest: Rest, steps: Placeholder): SQL {
  const { filter: { state }, limit } = page;
  const indexed = state === "disabled" ? passes({ state }) : sql`true`; // has an index of its own
  return sql`select users.id, users.name_key as key, ${
    constant(rest.tier)
  } as tier
    from (
      select id, name_key, search_key from users
      where ${page.behind(rest.tier, sql`users.name_key`)} and ${indexed}
      order by name_key, id limit ${steps}
    ) names join users on users.id = names.id
    where ${isHit(page, rest, sql`names.search_key`)}
    order by names.name_key, names.id limit ${limit}`;
}

/** Hits of the rest that are looked up, and then put in order. */
export function lookedUpHits(page: Page, rest: Rest): SQL {
  return restHits(page, rest, {
    from: sql`(
      select * from users where ${rest.lookUp}
        and ${page.behind(rest.tier, sql`users.name_key`)}
        and ${passes({ state: page.filter.state })}
      limit ${MOST_LOOKED_UP}
    )`,
  });
}
