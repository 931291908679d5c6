import { findPassword } from "../db/passwords.ts";
import { lockParties } from "../db/permissions.ts";
import { recordAudit } from "./audit.ts";
import type { Actor, ServiceContext } from "./context.ts";
import {
  checkCurrentPassword,
  type CurrentPasswordFailure,
} from "./current_password.ts";
import { leavesFactor } from "./ended_authenticators.ts";
import { settleLostFactor } from "./factor_changes.ts";
import { notifyOfPassword } from "./notices.ts";
import { judgePassword } from "./password_judgement.ts";
import type { PolicyViolation } from "./password_policy.ts";
import { storePassword } from "./password_store.ts";
import { ok, refuse, type Result } from "./result.ts";
import { startSession } from "./session_start.ts";
import { inTransaction } from "./transaction.ts";
import { createToken, formatToken } from "./tokens.ts";

export type ChangePasswordFailure =
  | CurrentPasswordFailure
  | { reason: "same_password" }
  | { reason: "policy"; violations: PolicyViolation[] }
  | { reason: "session_ended" };

/**
 * Changes one's own password: proves the current one, ends every session, and gives this browser a new
 * one (ASVS 6.2.3, 7.2.4, 7.4.3). The value is the new session's token.
 */
export async function changePassword(
  context: ServiceContext,
  { actor, currentPassword, newPassword, kept = [] }: {
    actor: Actor;
    currentPassword: string;
    newPassword: string;
    /**
     * The keys of the authenticators that the user names as the own: of what was added while somebody else may
     * have known the password, all others end.
     */
    kept?: readonly string[];
  },
): Promise<
  Result<{ token: string; sessionsEnded: number }, ChangePasswordFailure>
> {
  const { settings } = context;
  const { userId, sessionId } = actor;
  const checked = await checkCurrentPassword(context, {
    actor,
    password: currentPassword,
  });
  if (!checked.ok) return checked;
  const known = checked.value;
  if (isSame(currentPassword, newPassword)) {
    return refuse({ reason: "same_password" });
  }
  const secondFactor = known.secondFactor &&
    await leavesFactor(context.db, { userId, kept });
  const judged = await judgePassword(context, {
    known: { ...known, secondFactor },
    password: newPassword,
  });
  if (!judged.ok) return judged;

  const token = createToken();
  return await inTransaction(context, async (tx) => {
    const { actor: alive } = await lockParties(tx, {
      actorId: userId,
      sessionId,
      subjectId: userId,
    });
    const now = await findPassword(tx, userId);
    if (!alive || alive.disabled || now?.hash !== known.hash) {
      return refuse({ reason: "session_ended" });
    }
    const ended = await storePassword(tx, context, judged.value, {
      change: now.temporary ? "forced_change" : "own_change",
      userId,
      setBy: userId,
      keep: settings.PASSWORD_HISTORY,
      kept,
    });
    if (secondFactor) await settleLostFactor(tx, context, actor); // lost only now
    await startSession(tx, context, { userId, token });
    await recordAudit(tx, context, {
      event: "authn_password_change",
      actorId: userId,
      subjectId: userId,
      detail: { ...ended, session: token.id },
    });
    await notifyOfPassword(tx, context, { userId, by: "user", ended });
    return ok({ token: formatToken(token), sessionsEnded: ended.sessions - 1 });
  });
}

/** A current password that was right is short enough to be compared. */
function isSame(currentPassword: string, newPassword: string) {
  return newPassword.length <= 2 * currentPassword.length &&
    currentPassword.normalize("NFC") === newPassword.normalize("NFC");
}
