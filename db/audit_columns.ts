import { type Column, type SQL, sql } from "drizzle-orm";

/**
 * The time of an event: where it is infinite, or in no year of RFC 3339, the nearest one that is. The table's
 * checks refuse such times, but rows from before the checks, or from an owner who dropped them, have to be read too.
 */
export function readableAt(at: Column | SQL): SQL {
  return sql`greatest(least(${at}, '9999-12-31T23:59:59.999Z'::timestamptz), '1970-01-01T00:00:00Z'::timestamptz)`;
}

/** The detail of an event: an object, whatever is stored, and never nested too deep to be written out. */
export function readableDetail(detail: Column | SQL): SQL {
  return sql`case
    when jsonb_path_exists(${detail}, '$.**{16}') then '{"unreadable": "nested too deep"}'::jsonb
    when jsonb_typeof(${detail}) = 'object' then ${detail}
    else jsonb_build_object('value', ${detail}) end`;
}
