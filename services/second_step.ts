import { consumeRecoveryCode } from "../db/recovery_codes.ts";
import {
  forgetAttempts,
  type Limit,
  refundAttempts,
} from "../db/rate_limits.ts";
import { isKnownDevice, rememberDevice } from "../db/devices.ts";
import { deleteSessions, findPendingSession } from "../db/sessions.ts";
import { touchLastSignIn } from "../db/sign_ins.ts";
import { consumeTotpStep, findTotp } from "../db/totps.ts";
import { listIdentifiers, lockUser } from "../db/users.ts";
import type { Database } from "../db/client.ts";
import { identifierHash, secondFactorAttemptKey } from "./attempts.ts";
import { recordAudit } from "./audit.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { deviceSeen } from "./devices.ts";
import { notifyOfSecondFactor } from "./notices.ts";
import { findRecoveryCode, parseRecoveryCode } from "./recovery_codes.ts";
import { ok, refuse, type Result } from "./result.ts";
import { endReplacedSession, type SignedIn } from "./sign_in.ts";
import {
  attemptLimits,
  countLimits,
  namePlaceLimits,
  type Throttled,
} from "./sign_in_attempts.ts";
import {
  createToken,
  formatToken,
  hashSecret,
  parseToken,
  sameText,
} from "./tokens.ts";
import { totpStep } from "./totp.ts";
import { startSession } from "./session_start.ts";
import { inTransaction } from "./transaction.ts";
import { typedCode } from "./typed_code.ts";

export type SecondStepFailure =
  | { reason: "step_over" } // too late, or the password was set meanwhile: begin again
  | { reason: "wrong_code" }
  | Throttled;

/** Who has given the right password and owes the second factor. */
export async function findSecondStep(
  { db }: ServiceContext,
  token: string | undefined,
) {
  const parsed = parseToken(token);
  const found = parsed && await findPendingSession(db, parsed.id);
  return found && sameText(found.secretHash, hashSecret(parsed.secret))
    ? found
    : undefined;
}

/**
 * The second step of signing in: a code of the authenticator app, or a recovery code. Each works once
 * (ASVS 6.5.1). The session that waited ends, and one with a new token begins (ASVS 7.2.4).
 */
export async function completeSignIn(
  context: ServiceContext,
  { token, code, device, replaces }: {
    token: string | undefined;
    code: string;
    device: string;
    replaces?: Actor | undefined;
  },
): Promise<Result<SignedIn, SecondStepFailure>> {
  const { settings } = context;
  const step = await findSecondStep(context, token);
  if (!step) return refuse({ reason: "step_over" });
  const { userId } = step;
  const { secretHash: deviceHash } = deviceSeen(context, device);
  const known = await isKnownDevice(context.db, { userId, deviceHash });
  const counted = attemptLimits(context, {
    account: userId,
    name: userId,
    deviceHash,
    known,
  });
  const own: Limit = {
    key: secondFactorAttemptKey(userId),
    limit: settings.SECOND_FACTOR_ATTEMPTS,
  };
  const throttled = await countLimits(context, userId, [
    ...counted.places,
    ...counted.account,
    own,
  ]);
  if (throttled) return refuse(throttled);

  const factor = await readFactor(context, { userId, code });
  const fresh = createToken();
  const signedIn = await inTransaction(context, async (tx) => {
    const user = await lockUser(tx, userId);
    if (!user || user.disabled || !await findPendingSession(tx, step.id)) {
      return refuse({ reason: "step_over" as const });
    }
    if (!factor || !await factor.consume(tx)) {
      await recordAudit(tx, context, {
        event: "authn_login_fail",
        subjectId: userId,
        detail: { why: "wrong_code" },
      });
      return refuse({ reason: "wrong_code" as const });
    }
    await deleteSessions(tx, { userId, only: step.id });
    await startSession(tx, context, { userId, token: fresh });
    await touchLastSignIn(tx, userId);
    await rememberDevice(tx, { userId, device: deviceSeen(context, device) });
    await refundAttempts(tx, {
      keys: counted.places.map((it) => it.key),
      attempts: 2, // both steps
    });
    const typed = (await listIdentifiers(tx, userId)) // one of them, in the first step
      .flatMap((it) => namePlaceLimits(context, identifierHash(context, it)));
    await forgetAttempts(tx, {
      keys: [...typed, ...counted.account, own].map((it) => it.key),
    });
    await recordAudit(tx, context, {
      event: "authn_login_success",
      actorId: userId,
      subjectId: userId,
      detail: { factor: `password, ${factor.name}`, session: fresh.id },
    });
    if (factor.name === "recovery code") {
      await notifyOfSecondFactor(tx, context, {
        userId,
        what: "recovery_code_used",
      });
    }
    return ok({
      token: formatToken(fresh),
      pending: false,
      mustChangePassword: step.temporary,
    });
  });
  if (signedIn.ok && replaces) await endReplacedSession(context, replaces);
  return signedIn;
}

/** What a right code is, and how it is used up; undefined for a wrong one. */
async function readFactor(
  { db, hasher, secrets, log, requestId }: ServiceContext,
  { userId, code }: { userId: string; code: string },
): Promise<
  | { name: string; consume: (tx: Database) => Promise<boolean> }
  | undefined
> {
  const recovery = parseRecoveryCode(code);
  if (recovery) {
    const hash = await findRecoveryCode(db, hasher, { userId, code: recovery });
    return hash === undefined ? undefined : {
      name: "recovery code",
      consume: (tx) => consumeRecoveryCode(tx, { userId, hash }),
    };
  }
  const totp = await findTotp(db, userId);
  if (!totp?.confirmedAt) return undefined;
  const secret = secrets.open(totp.sealedSecret, userId);
  if (secret === undefined) {
    log("error", "secret_unreadable", { requestId, userId });
    return undefined;
  }
  const step = totpStep(secret, typedCode(code));
  return step === undefined ? undefined : {
    name: "authenticator app",
    consume: (tx) => consumeTotpStep(tx, { userId, step, confirmed: true }),
  };
}
