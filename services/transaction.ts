import type { Database } from "../db/client.ts";
import type { ServiceContext } from "./context.ts";

/**
 * One decision, all or nothing. What was answered by "try again" at its deadline does not happen behind the
 * caller's back: the last act before the commit asks whether the request still waits.
 *
 * @throws {DOMException} the deadline is over; nothing was changed
 */
export async function inTransaction<Outcome>(
  { db, signal }: Pick<ServiceContext, "db" | "signal">,
  body: (tx: Database) => Promise<Outcome>,
): Promise<Outcome> {
  return await db.transaction(async (tx) => {
    const outcome = await body(tx);
    signal?.throwIfAborted();
    return outcome;
  });
}
