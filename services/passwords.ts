import { type Database } from "../db/client.ts";
import {
  findPassword,
  rememberPassword,
  upsertPassword,
} from "../db/passwords.ts";
import { lockParties } from "../db/permissions.ts";
import { countAttempt, forgetAttempts } from "../db/rate_limits.ts";
import { deleteSessions, insertSession } from "../db/sessions.ts";
import { recordAudit } from "./audit.ts";
import { authorize, type AuthorizeFailure } from "./authorization.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { judgePassword, type NewHash } from "./password_judgement.ts";
import type { PolicyViolation } from "./password_policy.ts";
import { ok, refuse, type Result } from "./result.ts";
import { isSuggestion } from "./password_suggestions.ts";
import { accountAttemptPrefix } from "./sign_in.ts";
import { createToken, formatToken, hashSecret } from "./tokens.ts";
import { UNREADABLE } from "./user_fields.ts";

export type ChangePasswordFailure =
  | { reason: "throttled"; retryAfterSeconds: number }
  | { reason: "wrong_password" }
  | { reason: "same_password" }
  | { reason: "policy"; violations: PolicyViolation[] }
  | { reason: "session_ended" };

/**
 * Changes one's own password: proves the current one, ends every session, and gives this browser a new
 * one (ASVS 6.2.3, 7.2.4, 7.4.3). The value is the new session's token.
 */
export async function changePassword(
  context: ServiceContext,
  { actor, currentPassword, newPassword }: {
    actor: Actor;
    currentPassword: string;
    newPassword: string;
  },
): Promise<
  Result<{ token: string; sessionsEnded: number }, ChangePasswordFailure>
> {
  const { db, settings, hasher } = context;
  const { userId, sessionId } = actor;
  const throttled = await throttle(context, userId);
  if (throttled) return refuse(throttled);

  const known = await findPassword(db, userId);
  if (!known?.hash || !await hasher.verify(known.hash, currentPassword)) {
    await recordAudit(db, context, {
      event: "authn_password_change_fail",
      actorId: userId,
      subjectId: userId,
      detail: { why: "wrong_password" },
    });
    return refuse({ reason: "wrong_password" });
  }
  if (currentPassword.normalize("NFC") === newPassword.normalize("NFC")) {
    return refuse({ reason: "same_password" });
  }
  const judged = await judgePassword(context, { known, password: newPassword });
  if (!judged.ok) return judged;

  const token = createToken();
  return await db.transaction(async (tx) => {
    const { actor: alive } = await lockParties(tx, {
      actorId: userId,
      sessionId,
      subjectId: userId,
    });
    const now = await findPassword(tx, userId);
    if (!alive || alive.disabled || now?.hash !== known.hash) {
      return refuse({ reason: "session_ended" });
    }
    const sessionsEnded = await storePassword(tx, judged.value, {
      userId,
      setBy: userId,
      keep: settings.PASSWORD_HISTORY,
    });
    await insertSession(tx, {
      id: token.id,
      userId,
      secretHash: hashSecret(token.secret),
      address: context.address,
      userAgent: context.userAgent,
    });
    await recordAudit(tx, context, {
      event: "authn_password_change",
      actorId: userId,
      subjectId: userId,
      detail: { sessions: sessionsEnded, session: token.id },
    });
    return ok({ token: formatToken(token), sessionsEnded: sessionsEnded - 1 });
  });
}

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

/** Stores a judged password with all that follows from it. Tells how many sessions it ended. */
export async function storePassword(
  tx: Database,
  { hash, history }: NewHash,
  { userId, setBy, temporaryHours, formId = null, keep }: {
    userId: string;
    setBy: string | null;
    temporaryHours?: number | undefined;
    formId?: string | null;
    keep: number;
  },
): Promise<number> {
  const sessionsEnded = await deleteSessions(tx, { userId });
  await upsertPassword(tx, {
    userId,
    hash,
    setBy,
    temporaryHours,
    formId,
    sessionsEnded,
  });
  if (history) {
    await rememberPassword(tx, { userId, keep, ...history });
  }
  await forgetAttempts(tx, {
    keys: [ownAttempts(userId)],
    prefix: accountAttemptPrefix(userId),
  });
  return sessionsEnded;
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

async function throttle({ db, settings }: ServiceContext, userId: string) {
  const windowSeconds = settings.SIGN_IN_WINDOW_MINUTES * 60;
  const exceeded = await countAttempt(db, {
    limits: [{ key: ownAttempts(userId), limit: settings.SIGN_IN_ATTEMPTS }],
    windowSeconds,
  });
  return exceeded && {
    reason: "throttled" as const,
    retryAfterSeconds: windowSeconds,
  };
}

function ownAttempts(userId: string) {
  return `change_password:${userId}`;
}
