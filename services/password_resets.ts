import { insertMail } from "../db/mails.ts";
import { consumeMailLink, findLinkOwner } from "../db/mail_links.ts";
import { findPassword } from "../db/passwords.ts";
import { countAttempt } from "../db/rate_limits.ts";
import { findUserByIdentifier, lockUser } from "../db/users.ts";
import { identifierHash, resetAttemptKey } from "./attempts.ts";
import { recordAudit } from "./audit.ts";
import type { ServiceContext } from "./context.ts";
import { parseLink } from "./mail_links.ts";
import { notifyOfPassword } from "./notices.ts";
import { judgePassword } from "./password_judgement.ts";
import type { PolicyViolation } from "./password_policy.ts";
import { storePassword } from "./password_store.ts";
import { ok, refuse, type Result } from "./result.ts";
import { type Throttled, widening } from "./sign_in_attempts.ts";
import { inTransaction } from "./transaction.ts";

/** The address, whoever was asked for: it tells nothing of the account. */
export type RequestPasswordResetFailure = Throttled;

/**
 * Somebody asks for a link. The same statements whether there is such a user or not, so the same answer in
 * the same time (ASVS 6.3.8); who gets a mail is decided when it is sent.
 */
export async function requestPasswordReset(
  context: ServiceContext,
  { identifier }: { identifier: string },
): Promise<Result<void, RequestPasswordResetFailure>> {
  const { db, settings, address } = context;
  const windowSeconds = settings.SIGN_IN_WINDOW_MINUTES * 60;
  const user = await findUserByIdentifier(db, identifier);
  const stranger = identifierHash(context, identifier);
  const places = widening(
    "reset:address:",
    address,
    settings.RESET_REQUESTS_PER_ADDRESS,
  );
  const exceeded = await countAttempt(db, {
    limits: [
      ...places,
      {
        key: resetAttemptKey(user?.id ?? stranger),
        limit: settings.RESET_REQUESTS,
      },
    ],
    windowSeconds,
  });
  if (places.some((it) => it.key === exceeded?.key)) {
    return refuse({ reason: "throttled", retryAfterSeconds: windowSeconds });
  }
  await inTransaction(context, async (tx) => {
    await insertMail(tx, {
      kind: "password_reset",
      userId: user?.id ?? null,
      // The mails that were asked for are on their way. A row all the same: less work would tell of the account.
      ...(exceeded && { state: "dropped" }),
      facts: { at: new Date().toISOString(), address },
    });
    await recordAudit(tx, context, {
      event: "authn_reset_requested",
      subjectId: user?.id ?? null,
    });
  });
  return ok(undefined);
}

/** Whose link it is; undefined where it is over: expired, used, replaced, or never was. */
export async function findReset(
  { db }: ServiceContext,
  token: string | undefined,
) {
  const link = parseLink(token, "password_reset");
  return link && await findLinkOwner(db, link) || undefined;
}

/** Passwords that may be tried on one link: each tells whether the user had it before. */
const TRIES_PER_LINK = 10;

export type CompletePasswordResetFailure =
  | { reason: "link_over" }
  | Throttled
  | { reason: "policy"; violations: PolicyViolation[] };

/**
 * Sets the password by a link, which is used up by success alone. Everything that the old password opened
 * ends; nobody is signed in by it (OWASP Forgot Password Cheat Sheet). A second factor is asked for afterwards as
 * before (ASVS 6.4.3); what of it came into being under a password that others may know, and isn't named as
 * kept, signs nobody in any more.
 */
export async function completePasswordReset(
  context: ServiceContext,
  { token, newPassword, kept = [] }: {
    token: string | undefined;
    newPassword: string;
    /** The keys of the authenticators that the user names as the own. */
    kept?: readonly string[];
  },
): Promise<Result<{ sessionsEnded: number }, CompletePasswordResetFailure>> {
  const { db, settings } = context;
  const link = parseLink(token, "password_reset");
  const owner = link && await findLinkOwner(db, link);
  const known = owner && await findPassword(db, owner.userId);
  if (!link || !known) return refuse({ reason: "link_over" });
  const windowSeconds = settings.RESET_LINK_MINUTES * 60;
  const exceeded = await countAttempt(db, {
    limits: [{ key: `reset:link:${link.id}`, limit: TRIES_PER_LINK }],
    windowSeconds,
  });
  if (exceeded) {
    return refuse({ reason: "throttled", retryAfterSeconds: windowSeconds });
  }
  const judged = await judgePassword(context, { known, password: newPassword });
  if (!judged.ok) {
    await recordReuse(context, known.userId, judged.failure.violations);
    return judged;
  }

  const { userId } = known;
  return await inTransaction(context, async (tx) => {
    // Under the lock of every change of a password: the link may have been ended by one meanwhile.
    const user = await lockUser(tx, userId);
    if (!user || user.disabled || !await consumeMailLink(tx, link)) {
      return refuse({ reason: "link_over" });
    }
    const ended = await storePassword(tx, context, judged.value, {
      // Who runs the machine vouches for whom a link is printed for; anybody who reads the mailbox has the others.
      change: owner.facts.by === "cli"
        ? "reset_by_printed_link"
        : "reset_by_link",
      userId,
      setBy: userId,
      keep: settings.PASSWORD_HISTORY,
      kept,
    });
    await recordAudit(tx, context, {
      event: "authn_password_reset",
      actorId: userId,
      subjectId: userId,
      detail: { ...ended, link: link.id },
    });
    await notifyOfPassword(tx, context, { userId, by: "reset_link", ended });
    return ok({ sessionsEnded: ended.sessions });
  });
}

/** That somebody tried a password which the user has or had: it could have been a guess. */
async function recordReuse(
  context: ServiceContext,
  userId: string,
  violations: PolicyViolation[],
) {
  if (!violations.some((it) => it.rule === "reused")) return;
  await recordAudit(context.db, context, {
    event: "authn_password_change_fail",
    subjectId: userId,
    detail: { why: "reused", by: "reset_link" },
  });
}
