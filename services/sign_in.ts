import { countAttempt } from "../db/rate_limits.ts";
import { deleteSessions } from "../db/sessions.ts";
import { findCredential, insertSignIn } from "../db/sign_ins.ts";
import { replaceHash } from "../db/passwords.ts";
import { accountAttemptPrefix, unknownAccount } from "./attempts.ts";
import { recordAudit } from "./audit.ts";
import { type Actor, type ServiceContext } from "./context.ts";
import { rateAddress } from "./address.ts";
import { describeError } from "./log.ts";
import { ok, refuse, type Result } from "./result.ts";
import { createToken, formatToken, hashSecret } from "./tokens.ts";
import { inTransaction } from "./transaction.ts";

export type SignInFailure =
  | { reason: "wrong_credentials" } // also: unknown, disabled, expired; nobody can tell which
  | { reason: "throttled"; retryAfterSeconds: number };

export interface SignedIn {
  /** The session's token, for the cookie. */
  token: string;
  mustChangePassword: boolean;
}

/**
 * Checks a username or email and a password, and begins a session. The same answer at the same cost
 * whether the user exists or not (ASVS 6.3.8).
 */
export async function signIn(
  context: ServiceContext,
  { identifier, password, replaces }: {
    identifier: string;
    password: string;
    /** The session that the browser still had; it ends. */
    replaces?: Actor | undefined;
  },
): Promise<Result<SignedIn, SignInFailure>> {
  const { db, hasher } = context;
  const found = await findCredential(db, identifier);
  const keys = attemptKeys(context, found?.userId, identifier);
  const throttled = await countAttempts(context, keys, found?.userId);
  if (throttled) return refuse(throttled);

  const right = found
    ? await hasher.verify(found.passwordHash, password)
    : await hasher.verifyNobody(password);
  if (!found || !right || !found.usable) {
    await recordAudit(db, context, {
      event: "authn_login_fail",
      subjectId: found?.userId ?? null,
      detail: { why: whyNot(found, right) },
    });
    return refuse({ reason: "wrong_credentials" });
  }

  context.signal?.throwIfAborted(); // nobody waits for it any more
  const token = createToken();
  const started = await insertSignIn(db, {
    userId: found.userId,
    passwordHash: found.passwordHash,
    session: {
      id: token.id,
      secretHash: hashSecret(token.secret),
      address: context.address,
      userAgent: context.userAgent,
    },
    audit: {
      requestId: context.requestId,
      detail: { factor: "password", session: token.id },
    },
    attemptKeys: [keys.pair, keys.account],
    addressKey: keys.address,
  });
  if (!started) return refuse({ reason: "wrong_credentials" });
  if (replaces) await endReplaced(context, replaces);
  if (hasher.needsRehash(found.passwordHash)) {
    await rehash(context, found, password);
  }
  return ok({
    token: formatToken(token),
    mustChangePassword: found.temporary,
  });
}

interface AttemptKeys {
  address: string;
  pair: string;
  account: string;
}

function attemptKeys(
  { address }: ServiceContext,
  userId: string | undefined,
  identifier: string,
): AttemptKeys {
  const from = rateAddress(address);
  const account = accountAttemptPrefix(userId ?? unknownAccount(identifier));
  return {
    address: `sign_in:address:${from}`,
    pair: `${account}${from}`,
    account: `${account}all`,
  };
}

/**
 * Three limits, the narrow ones first: what an address has too much of no longer counts against the
 * account, so that nobody can lock somebody else out from one place (ASVS 6.1.1).
 */
async function countAttempts(
  context: ServiceContext,
  keys: AttemptKeys,
  userId: string | undefined,
): Promise<Extract<SignInFailure, { reason: "throttled" }> | undefined> {
  const { db, settings } = context;
  const windowSeconds = settings.SIGN_IN_WINDOW_MINUTES * 60;
  const limits = [
    { key: keys.address, limit: settings.SIGN_IN_ATTEMPTS_PER_ADDRESS },
    { key: keys.pair, limit: settings.SIGN_IN_ATTEMPTS },
    { key: keys.account, limit: settings.SIGN_IN_ATTEMPTS_PER_ACCOUNT },
  ];
  const exceeded = await countAttempt(db, { limits, windowSeconds });
  if (!exceeded) return undefined;
  const { limit } = limits.find((it) => it.key === exceeded.key)!;
  if (exceeded.attempts === limit + 1) { // once a window: a flood must not fill the log
    await recordAudit(db, context, {
      event: "authn_login_throttled",
      subjectId: userId ?? null,
      detail: { limit: exceeded.key.split(":")[1], attempts: limit },
    });
  }
  return { reason: "throttled", retryAfterSeconds: windowSeconds };
}

function whyNot(
  found: Awaited<ReturnType<typeof findCredential>>,
  right: boolean,
) {
  if (!found) return "unknown_user";
  if (!right) return "wrong_password";
  return found.disabled ? "disabled" : "temporary_password_expired";
}

async function endReplaced(
  context: ServiceContext,
  { userId, sessionId }: Actor,
) {
  await inTransaction(context, async (tx) => {
    await deleteSessions(tx, { userId, only: sessionId });
    await recordAudit(tx, context, {
      event: "session_ended",
      actorId: userId,
      subjectId: userId,
      detail: { why: "signed_in_again", session: sessionId },
    });
  });
}

/** Stronger parameters reach old hashes here. It must not fail a sign-in that has succeeded. */
async function rehash(
  { db, hasher, log }: ServiceContext,
  { userId, passwordHash }: { userId: string; passwordHash: string },
  password: string,
) {
  try {
    const to = await hasher.hash(password);
    await replaceHash(db, { userId, from: passwordHash, to });
  } catch (error) {
    log("warning", "password_rehash_failed", describeError(error));
  }
}
