import { refundAttempts } from "../db/rate_limits.ts";
import { rememberDevice } from "../db/devices.ts";
import { touchPasskey } from "../db/passkeys.ts";
import { findPassword } from "../db/passwords.ts";
import {
  deleteSessions,
  findPendingSession,
  renewSession,
} from "../db/sessions.ts";
import { touchLastSignIn } from "../db/sign_ins.ts";
import { lockUser } from "../db/users.ts";
import { recordAudit } from "./audit.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { deviceSeen } from "./devices.ts";
import { verifyPasskey } from "./passkeys.ts";
import { ok, refuse, type Result } from "./result.ts";
import { findSecondStep } from "./second_step.ts";
import { endReplacedSession, type SignedIn } from "./sign_in.ts";
import {
  countLimits,
  placeLimits,
  type Throttled,
} from "./sign_in_attempts.ts";
import { createToken, formatToken, hashSecret } from "./tokens.ts";
import { startSession } from "./session_start.ts";
import { inTransaction } from "./transaction.ts";

export type PasskeySignInFailure = { reason: "not_verified" } | Throttled;

/** Signs in by a passkey instead of a password and a second factor. */
export async function signInByPasskey(
  context: ServiceContext,
  { response, device, step: stepToken, replaces }: {
    response: string;
    device: string;
    /** Of the first step of signing in, where that was made. */
    step?: string | undefined;
    replaces?: Actor | undefined;
  },
): Promise<Result<SignedIn, PasskeySignInFailure>> {
  const limits = placeLimits(context);
  const throttled = await countLimits(context, undefined, limits);
  if (throttled) return refuse(throttled);
  const proven = await verifyPasskey(context, response);
  if (!proven) {
    await recordAudit(context.db, context, {
      event: "authn_login_fail",
      detail: { why: "passkey_not_verified" },
    });
    return refuse({ reason: "not_verified" });
  }
  const { passkey: { id, userId }, counter } = proven;
  const step = await findSecondStep(context, stepToken);
  const token = createToken();
  const signedIn = await inTransaction(context, async (tx) => {
    const user = await lockUser(tx, userId);
    const password = await findPassword(tx, userId);
    // An expired password waits for staff or a link; no other factor gets around that.
    // One that its holder has not confirmed counts behind the password alone, and after a freeze not even there.
    const behindPassword = step?.userId === userId &&
      !!await findPendingSession(tx, step.id);
    const why = !user || user.disabled
      ? "disabled"
      : password?.expired
      ? "password_expired"
      : user.suspended === "frozen" || user.suspended && !behindPassword
      ? "authenticator_suspended"
      : undefined;
    if (why) {
      await recordAudit(tx, context, {
        event: "authn_login_fail",
        subjectId: userId,
        detail: { why },
      });
      return refuse({ reason: "not_verified" as const });
    }
    if (!await touchPasskey(tx, { id, counter })) {
      return refuse({ reason: "not_verified" as const });
    }
    if (behindPassword) await deleteSessions(tx, { userId, only: step.id });
    await startSession(tx, context, { userId, token });
    await touchLastSignIn(tx, userId);
    await rememberDevice(tx, { userId, device: deviceSeen(context, device) });
    await refundAttempts(tx, {
      keys: limits.map((it) => it.key),
      attempts: 1,
    });
    await recordAudit(tx, context, {
      event: "authn_login_success",
      actorId: userId,
      subjectId: userId,
      detail: {
        factor: behindPassword ? "password, passkey" : "passkey",
        session: token.id,
      },
    });
    return ok({
      token: formatToken(token),
      pending: false,
      mustChangePassword: password?.temporary ?? false,
    });
  });
  if (signedIn.ok && replaces) await endReplacedSession(context, replaces);
  return signedIn;
}

/** Who sits there proves it by a passkey of their own. The value is the session's new token. */
export async function reauthenticateByPasskey(
  context: ServiceContext,
  { actor, response }: { actor: Actor; response: string },
): Promise<Result<string, { reason: "not_verified" }>> {
  const proven = await verifyPasskey(context, response);
  if (proven?.passkey.userId !== actor.userId) {
    return refuse({ reason: "not_verified" });
  }
  const { secret } = createToken();
  const { sessionId: id } = actor;
  return await inTransaction(context, async (tx) => {
    const { passkey, counter } = proven;
    if ((await lockUser(tx, actor.userId))?.suspended) {
      return refuse({ reason: "not_verified" });
    }
    return await touchPasskey(tx, { id: passkey.id, counter }) &&
        await renewSession(tx, { id, secretHash: hashSecret(secret) })
      ? ok(formatToken({ id, secret }))
      : refuse({ reason: "not_verified" });
  });
}
