import { type SQL, sql, type SQLWrapper } from "drizzle-orm";

/**
 * How far a stored time may lie ahead of the database's clock. A transaction's `now()` is when it began, and
 * after a failover the clock is another machine's. A time further ahead was written by a wrong clock, or the
 * clock was set back since: nothing that begins there counts, or it would last until the clock came there again.
 */
const AHEAD = sql.raw(`interval '1 minute'`);

/** The time is not in the future. */
export const hasBegun = (at: SQLWrapper): SQL => sql`${at} <= now() + ${AHEAD}`;

/** Less than `period`, an interval, has passed since the time. */
export const isWithin = (at: SQLWrapper, period: SQLWrapper): SQL =>
  sql`(${at} > now() - ${period} and ${hasBegun(at)})`;

/** The end is still to come, and no further away than the `longest` interval that anything of its kind is given. */
export const endsWithin = (end: SQLWrapper, longest: SQLWrapper): SQL =>
  sql`(${end} > now() and ${end} <= now() + ${longest} + ${AHEAD})`;

/** What is tried again and again is due: its time has come, or lies further ahead than any pause between two tries. */
export const isDue = (at: SQLWrapper): SQL =>
  sql`(${at} <= now() or ${at} > now() + interval '1 day')`;
