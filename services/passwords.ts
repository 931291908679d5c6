import { findPassword } from "../db/passwords.ts";
import { recordAudit } from "./audit.ts";
import { authorize, type AuthorizeFailure } from "./authorization.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { judgePassword } from "./password_judgement.ts";
import type { PolicyViolation } from "./password_policy.ts";
import { storePassword } from "./password_store.ts";
import { isSuggestion } from "./password_suggestions.ts";
import { ok, refuse, type Result } from "./result.ts";
import { UNREADABLE } from "./user_fields.ts";

export const SET_PASSWORD_REASONS = [
  "no_mailbox",
  "email_not_arriving",
  "other",
] as const;
export type SetPasswordReason = typeof SET_PASSWORD_REASONS[number];

export interface SetPasswordInput {
  password: string;
  /** Of a suggestion of ours; asked for where nothing else may be set. */
  proof: string;
  temporary: boolean;
  reason: SetPasswordReason | undefined;
  /** What *other* stands for. */
  reasonText: string;
  /** One id for each form that was shown: sent twice, it saves once. */
  formId: string;
  /** When the password had been set as the form was shown; null for never. */
  seenSetAt: number | null;
}

export type SetPasswordFailure =
  | { reason: "reason_missing" }
  | { reason: "reason_too_long"; max: number }
  | { reason: "not_generated" }
  | { reason: "policy"; violations: PolicyViolation[] }
  | { reason: "disabled" }
  | { reason: "changed_meanwhile"; setAt: Date | null }
  | AuthorizeFailure;

/** Longest text of a reason, in code points. */
export const REASON_TEXT_LIMIT = 500;

/**
 * Staff set somebody else's password. One decision, so one transaction: the hash, the history, every
 * session ended, the lockout cleared, the audit event. Hashing happens before it.
 */
export async function setPassword(
  context: ServiceContext,
  { actor, subjectId, input }: {
    actor: Actor;
    subjectId: string;
    input: SetPasswordInput;
  },
): Promise<Result<{ sessionsEnded: number }, SetPasswordFailure>> {
  const { db, settings } = context;
  const { formId, temporary, password, proof, reason } = input;
  const reasonText = input.reasonText.trim();
  const unclear = judgeReason(reason, reasonText);
  if (unclear) return refuse(unclear);
  const mayType = settings.PASSWORD_MODES.includes("typed");
  if (!mayType && !isSuggestion({ actor, subjectId, password, proof })) {
    return refuse({ reason: "not_generated" });
  }
  const known = await findPassword(db, subjectId);
  if (!known) return refuse({ reason: "not_found" });
  const again = savedBefore(known, actor, formId);
  if (again) return ok(again);
  const judged = await judgePassword(context, { known, password });
  if (!judged.ok) {
    // The second of two clicks must not hear that the password, saved by the first, is in use.
    const now = await findPassword(db, subjectId);
    const again = now && savedBefore(now, actor, formId);
    return again ? ok(again) : judged;
  }

  return await db.transaction(async (tx) => {
    const allowed = await authorize(tx, context, {
      actor,
      action: "set_password",
      subjectId,
    });
    if (!allowed.ok) return allowed;
    const now = await findPassword(tx, subjectId);
    if (!now) return refuse({ reason: "not_found" });
    const again = savedBefore(now, actor, formId);
    if (again) return ok(again);
    if ((now.setAt?.getTime() ?? null) !== input.seenSetAt) {
      return refuse({ reason: "changed_meanwhile", setAt: now.setAt });
    }
    if (allowed.value.disabled) return refuse({ reason: "disabled" });

    const sessionsEnded = await storePassword(tx, judged.value, {
      userId: subjectId,
      setBy: actor.userId,
      temporaryHours: temporary ? settings.TEMPORARY_PASSWORD_HOURS : undefined,
      formId,
      keep: settings.PASSWORD_HISTORY,
    });
    await recordAudit(tx, context, {
      event: "authn_password_set",
      actorId: actor.userId,
      subjectId,
      detail: {
        reason,
        ...(reason === "other" && { text: reasonText }),
        temporary,
        sessions: sessionsEnded,
      },
    });
    return ok({ sessionsEnded });
  });
}

function judgeReason(reason: SetPasswordReason | undefined, text: string) {
  if (!reason || (reason === "other" && text === "")) {
    return { reason: "reason_missing" } as const;
  }
  const max = REASON_TEXT_LIMIT;
  return [...text].length > max || UNREADABLE.test(text)
    ? { reason: "reason_too_long", max } as const
    : undefined;
}

/** What the same form has done already, if it has. */
function savedBefore(
  known: NonNullable<Awaited<ReturnType<typeof findPassword>>>,
  actor: Actor,
  formId: string,
) {
  return known.formId === formId && known.setBy === actor.userId
    ? { sessionsEnded: known.sessionsEnded ?? 0 }
    : undefined;
}
