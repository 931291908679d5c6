import { deleteSessions, PENDING_MINUTES } from "../db/sessions.ts";
import {
  ACCOUNT,
  countSignIn,
  type Credential,
  insertSignIn,
} from "../db/sign_ins.ts";
import { findPassword } from "../db/passwords.ts";
import { lockUser } from "../db/users.ts";
import { identifierHash } from "./attempts.ts";
import { recordAudit } from "./audit.ts";
import { type Actor, type ServiceContext } from "./context.ts";
import {
  type AttemptLimits,
  attemptLimits,
  attemptWindow,
  throttle,
  type Throttled,
} from "./sign_in_attempts.ts";
import { deviceSeen } from "./devices.ts";
import { upgradeHash } from "./hash_upgrade.ts";
import { ok, refuse, type Result } from "./result.ts";
import { createToken, formatToken, hashSecret, type Token } from "./tokens.ts";
import { startSession } from "./session_start.ts";
import { inTransaction } from "./transaction.ts";

export { PENDING_MINUTES };

export type SignInFailure =
  | { reason: "wrong_credentials" } // also: unknown, disabled, expired; nobody can tell which
  | Throttled;

export interface SignedIn {
  /** The session's token, for the cookie; where a second factor is still to come, of no use but for that. */
  token: string;
  pending: boolean;
  mustChangePassword: boolean;
}

/**
 * Checks a username or email and a password, and begins a session. The same answer at the same cost
 * whether the user exists or not (ASVS 6.3.8).
 */
export async function signIn(
  context: ServiceContext,
  { identifier, password, device, replaces }: {
    identifier: string;
    password: string;
    /** The secret that the browser keeps, by which it is known. */
    device: string;
    /** The session that the browser still had; it ends. */
    replaces?: Actor | undefined;
  },
): Promise<Result<SignedIn, SignInFailure>> {
  const { db, hasher } = context;
  const name = identifierHash(context, identifier);
  const seen = deviceSeen(context, device);
  const limitsOf = (account: string, known: boolean) =>
    attemptLimits(context, {
      account,
      name,
      deviceHash: seen.secretHash,
      known,
    });
  const { found, exceeded } = await countSignIn(db, {
    identifier,
    stranger: name,
    deviceHash: seen.secretHash,
    limits: allOf(limitsOf(ACCOUNT, false)),
    limitsOfKnown: allOf(limitsOf(ACCOUNT, true)),
    windowSeconds: attemptWindow(context),
  });
  const userId = found?.userId;
  const known = found?.knownDevice ?? false;
  const counted = limitsOf(userId ?? name, known);
  if (exceeded) {
    const limits = allOf(counted);
    return refuse(await throttle(context, { userId, limits, exceeded }));
  }

  const right = await hasher.authenticate(found, password, {
    account: known ? userId! : name, // in the line, too, two names of one account are two
  });
  if (!found || !right || !found.usable) {
    await recordAudit(db, context, {
      event: "authn_login_fail",
      subjectId: found?.userId ?? null,
      detail: { why: whyNot(context, found, right) },
    });
    return refuse({ reason: "wrong_credentials" });
  }

  context.signal?.throwIfAborted(); // nobody waits for it any more
  const token = createToken();
  const { temporary: mustChangePassword } = found;
  if (found.secondFactor) {
    if (!await startSecondStep(context, { found, token })) {
      return refuse({ reason: "wrong_credentials" });
    }
    await upgradeHash(context, found, password);
    return ok({ token: formatToken(token), pending: true, mustChangePassword });
  }
  const started = await inTransaction(context, async (tx) => {
    await lockUser(tx, found.userId);
    return await insertSignIn(tx, {
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
      refunded: counted.places.map((it) => it.key),
      forgotten: counted.account.map((it) => it.key),
      device: seen,
    });
  });
  if (!started) return refuse({ reason: "wrong_credentials" });
  if (replaces) await endReplacedSession(context, replaces);
  await upgradeHash(context, found, password);
  return ok({ token: formatToken(token), pending: false, mustChangePassword });
}

function allOf({ places, account }: AttemptLimits) {
  return [...places, ...account];
}

function whyNot(
  { hasher }: ServiceContext,
  found: Credential | undefined,
  right: boolean,
) {
  if (!found) return "unknown_user";
  if (!hasher.isVerifiable(found.passwordHash)) return "hash_unverifiable";
  if (!right) return "wrong_password";
  return found.disabled ? "disabled" : "temporary_password_expired";
}

/**
 * The password was right, so a session may wait for the second factor; false where the password was changed or
 * the user disabled meanwhile. Ends with them, as every session does.
 */
async function startSecondStep(
  context: ServiceContext,
  { found, token }: {
    found: Credential;
    token: Token;
  },
): Promise<boolean> {
  const { userId, passwordHash } = found;
  return await inTransaction(context, async (tx) => {
    const user = await lockUser(tx, userId);
    const now = await findPassword(tx, userId);
    if (!user || user.disabled || now?.hash !== passwordHash || now.expired) {
      return false;
    }
    await startSession(tx, context, { userId, token, pending: true });
    return true;
  });
}

/** A browser has one session at a time: the one that it had ends with the next one's beginning. */
export async function endReplacedSession(
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
