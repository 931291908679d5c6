import { findSettledTime } from "../db/audit_seals.ts";
import type { Database } from "../db/client.ts";
import type { Settings } from "./config.ts";

/** Seconds by which the clocks of the instances and of the database may differ. */
const CLOCK_SKEW_SECONDS = 60;
const LEAST_MARGIN_SECONDS = 120;

/**
 * The time before which the audit log is complete: whoever reads up to it has read all that there will ever be.
 *
 * An event gets its id when it is written and is seen when its transaction commits, which is a request's time
 * and a statement's later at most. What has written and runs for longer than that, as a batch of a job may, is
 * waited for.
 */
export async function findSettled(
  db: Database,
  settings: Settings,
): Promise<Date> {
  const latest = settings.REQUEST_TIMEOUT_SECONDS +
    settings.DATABASE_STATEMENT_TIMEOUT_MS / 1000;
  return await findSettledTime(db, {
    marginSeconds: Math.max(LEAST_MARGIN_SECONDS, CLOCK_SKEW_SECONDS + latest),
    skewSeconds: CLOCK_SKEW_SECONDS,
  });
}
