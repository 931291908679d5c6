import type { Database } from "../db/client.ts";
import { findOwnSession } from "../db/sessions.ts";
import { lockUser } from "../db/users.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { ok, refuse, type Result } from "./result.ts";

/** Minutes for which a proof of who sits there is good for changing authenticators (ASVS 7.5.1). */
export const CHECK_MINUTES = 10;

export type OwnAccountFailure =
  | { reason: "session_ended" }
  | { reason: "check_needed" };

/**
 * Locks one's own account for a change of authenticators: by a session that still runs, and in which the
 * password was given lately. Before anything else, suspended authenticators are confirmed.
 */
export async function lockOwnAccount(
  tx: Database,
  { userId, sessionId }: Actor,
  { confirming = false }: { confirming?: boolean } = {},
): Promise<Result<void, OwnAccountFailure>> {
  const user = await lockUser(tx, userId);
  const session = await findOwnSession(tx, {
    userId,
    sessionId,
    minutes: CHECK_MINUTES,
  });
  if (!user || user.disabled || !session) {
    return refuse({ reason: "session_ended" });
  }
  const waits = user.suspended !== null && !confirming;
  return session.checked && !waits
    ? ok(undefined)
    : refuse({ reason: "check_needed" });
}

/** Whether a change of authenticators would be let through now: a form that is shown asks first. */
export async function isCheckedLately(
  { db }: Pick<ServiceContext, "db">,
  { userId, sessionId }: Actor,
): Promise<boolean> {
  const minutes = CHECK_MINUTES;
  const session = await findOwnSession(db, { userId, sessionId, minutes });
  return session?.checked ?? false;
}
