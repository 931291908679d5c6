import { recordAudit } from "./audit.ts";
import { authorize, type AuthorizeFailure } from "./authorization.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { endAccess } from "./ended_access.ts";
import { hasFactor, settleLostFactor } from "./factor_changes.ts";
import { notifyOfSecondFactor } from "./notices.ts";
import { ok, refuse, type Result } from "./result.ts";
import { inTransaction } from "./transaction.ts";
import { REASON_TEXT_LIMIT } from "./passwords.ts";
import { cleanText, UNREADABLE } from "./clean_text.ts";

export type RemoveSecondFactorFailure =
  | { reason: "reason_missing" }
  | { reason: "reason_too_long"; max: number }
  | AuthorizeFailure;

/**
 * Staff take somebody's second factor away, who has lost the telephone and the codes (ASVS 6.4.4). The reason
 * says how staff made sure whom they talk to. All sessions end; the user is told.
 */
export async function removeSecondFactor(
  context: ServiceContext,
  { actor, subjectId, reason }: {
    actor: Actor;
    subjectId: string;
    reason: string;
  },
): Promise<Result<void, RemoveSecondFactorFailure>> {
  return await inTransaction(context, async (tx) => {
    const allowed = await authorize(tx, context, {
      actor,
      action: "remove_second_factor",
      subjectId,
    });
    if (!allowed.ok) return allowed;
    const text = cleanText(reason);
    if (text === "" || UNREADABLE.test(text)) {
      return refuse({ reason: "reason_missing" });
    }
    if ([...text].length > REASON_TEXT_LIMIT) {
      return refuse({ reason: "reason_too_long", max: REASON_TEXT_LIMIT });
    }
    if (!await hasFactor(tx, subjectId)) return ok(undefined); // a colleague was faster
    const ended = await endAccess(tx, {
      change: "factor_removed_by_staff",
      userId: subjectId,
    });
    const { permissions } = allowed.value;
    await settleLostFactor(tx, context, { userId: subjectId, permissions });
    await recordAudit(tx, context, {
      event: "second_factor_removed",
      actorId: actor.userId,
      subjectId,
      detail: { app: false, passkeys: 0, ...ended, reason: text },
    });
    await notifyOfSecondFactor(tx, context, {
      userId: subjectId,
      what: "removed_by_staff",
    });
    return ok(undefined);
  });
}
