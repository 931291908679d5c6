import type { Database } from "../db/client.ts";
import { findPassword } from "../db/passwords.ts";
import { recordAudit } from "./audit.ts";
import { authorize, type AuthorizeFailure } from "./authorization.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { notifyOfPassword } from "./notices.ts";
import { judgePassword, type NewHash } from "./password_judgement.ts";
import type { PolicyViolation } from "./password_policy.ts";
import { storePassword } from "./password_store.ts";
import { isSuggestion } from "./password_suggestions.ts";
import { ok, refuse, type Result } from "./result.ts";
import { inTransaction } from "./transaction.ts";
import { cleanText, UNREADABLE } from "./clean_text.ts";

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
  /** FORCE_TEMPORARY: whoever sets a password for somebody else knows it (ASVS 6.4.1). */
  | { reason: "must_be_temporary" }
  | { reason: "policy"; violations: PolicyViolation[] }
  | { reason: "disabled" }
  | { reason: "changed_meanwhile"; setAt: Date | null }
  | AuthorizeFailure;

export type JudgedPassword = Result<
  NewHash,
  { reason: "policy"; violations: PolicyViolation[] }
>;

/** Longest text of a reason, in code points. */
export const REASON_TEXT_LIMIT = 500;

/**
 * Staff set somebody else's password. One decision, so one transaction: the hash, the history, every
 * session ended, the lockout cleared, the audit event. Hashing happens before it.
 *
 * @param judged what became of it already, where this is part of a larger transaction
 */
export async function setPassword(
  context: ServiceContext,
  { actor, subjectId, input, judged: before }: {
    actor: Actor;
    subjectId: string;
    input: SetPasswordInput;
    judged?: JudgedPassword;
  },
): Promise<Result<{ sessionsEnded: number }, SetPasswordFailure>> {
  const { settings } = context;
  const { temporary, password, proof, reason } = input;
  // Before anything is said of the password: whoever may not set it must not learn what it is.
  const early = await inTransaction(
    context,
    (tx) => mayStillSet(tx, context, { actor, subjectId, input }),
  );
  if (!early.ok) return early;
  const { known, saved } = early.value;
  if (saved) return ok({ sessionsEnded: known.sessionsEnded ?? 0 });

  const reasonText = cleanText(input.reasonText);
  const unclear = judgeReason(reason, reasonText);
  if (unclear) return refuse(unclear);
  if (!temporary && settings.FORCE_TEMPORARY === "on") {
    return refuse({ reason: "must_be_temporary" });
  }
  const mayType = settings.PASSWORD_MODES.includes("typed");
  const suggestion = { actor, subjectId, password, proof };
  if (!mayType && !isSuggestion(context, suggestion)) {
    return refuse({ reason: "not_generated" });
  }
  const judged = before ?? await judgePassword(context, { known, password });

  return await inTransaction(context, async (tx) => {
    const still = await mayStillSet(tx, context, { actor, subjectId, input });
    if (!still.ok) return still;
    const { known, saved } = still.value;
    if (saved) return ok({ sessionsEnded: known.sessionsEnded ?? 0 });
    if (!judged.ok) {
      await recordReuse(tx, context, { actor, subjectId, ...judged.failure });
      return judged;
    }

    const ended = await storePassword(tx, context, judged.value, {
      change: "set_by_others",
      userId: subjectId,
      setBy: actor.userId,
      temporaryHours: temporary ? settings.TEMPORARY_PASSWORD_HOURS : undefined,
      formId: input.formId,
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
        ...ended,
      },
    });
    await notifyOfPassword(tx, context, { userId: subjectId, by: "staff" });
    return ok({ sessionsEnded: ended.sessions });
  });
}

type Known = NonNullable<Awaited<ReturnType<typeof findPassword>>>;

/**
 * May this form still set the password, or has it done so already? Asked under lock, before the hash and
 * again with it.
 */
async function mayStillSet(
  tx: Database,
  context: ServiceContext,
  { actor, subjectId, input }: {
    actor: Actor;
    subjectId: string;
    input: SetPasswordInput;
  },
): Promise<Result<{ known: Known; saved: boolean }, SetPasswordFailure>> {
  const allowed = await authorize(tx, context, {
    actor,
    action: "set_password",
    subjectId,
  });
  if (!allowed.ok) return allowed;
  const known = await findPassword(tx, subjectId);
  if (!known) return refuse({ reason: "not_found" });
  const { formId, password, seenSetAt } = input;
  const saved = known.formId === formId && known.setBy === actor.userId &&
    known.hash !== null && await context.hasher.verify(known.hash, password);
  if (saved) return ok({ known, saved });
  if ((known.setAt?.getTime() ?? null) !== seenSetAt) {
    return refuse({ reason: "changed_meanwhile", setAt: known.setAt });
  }
  if (allowed.value.disabled) return refuse({ reason: "disabled" });
  return ok({ known, saved });
}

/** That somebody tried a password which the user has or had: it could have been a guess. */
export async function recordReuse(
  tx: Database,
  context: ServiceContext,
  { actor, subjectId, violations }: {
    actor: Actor;
    subjectId: string;
    violations: PolicyViolation[];
  },
) {
  if (!violations.some((it) => it.rule === "reused")) return;
  await recordAudit(tx, context, {
    event: "authn_password_set_fail",
    actorId: actor.userId,
    subjectId,
    detail: { why: "reused" },
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
