import { type Placeholder, type SQL, sql } from "drizzle-orm";
import type { UserFilter } from "./user_search.ts";

/** What all tiers of a page share. */
export interface Page {
  filter: UserFilter;
  limit: Placeholder;
  /** Is the tier on this page, or on the ones before it? */
  reaches: (tier: number) => SQL;
  /** Of the tier that the cursor lies in, what is behind it; of all others everything. */
  behind: (tier: number, key: SQL) => SQL;
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
