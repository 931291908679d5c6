import {
  listRecoveryCodes,
  replaceRecoveryCodes,
} from "../db/recovery_codes.ts";
import { findOwnSession } from "../db/sessions.ts";
import {
  consumeTotpStep,
  deleteTotp,
  findTotp,
  replaceUnconfirmedTotp,
} from "../db/totps.ts";
import type { Database } from "../db/client.ts";
import { recordAudit } from "./audit.ts";
import type { Actor, ServiceContext } from "./context.ts";
import {
  hasFactor,
  settleFactorChange,
  settleLostFactor,
} from "./factor_changes.ts";
import { notifyOfSecondFactor } from "./notices.ts";
import {
  CHECK_MINUTES,
  lockOwnAccount,
  type OwnAccountFailure,
} from "./own_account.ts";
import { createRecoveryCodes, hasMadeEnoughCodes } from "./recovery_codes.ts";
import { ok, refuse, type Result } from "./result.ts";
import { createTotpSecret, totpStep, totpUri } from "./totp.ts";
import { inTransaction } from "./transaction.ts";
import { typedCode } from "./typed_code.ts";

export interface OwnSecondFactor {
  /** Since when the authenticator app counts. */
  confirmedAt: Date | null;
  /** What an app is to be told that this session has begun to add. */
  enrolment: { secret: string; uri: string } | null;
  recoveryCodesLeft: number;
}

export async function getSecondFactor(
  { db, secrets, settings }: ServiceContext,
  { userId, username, sessionId }: Actor,
): Promise<OwnSecondFactor> {
  const [totp, codes, session] = await Promise.all([
    findTotp(db, userId),
    listRecoveryCodes(db, userId),
    findOwnSession(db, { userId, sessionId, minutes: CHECK_MINUTES }),
  ]);
  // Whoever may not add an app is not told the secret of one.
  const open = totp && !totp.confirmedAt && session?.checked
    ? secrets.open(totp.sealedSecret, enrollingSession({ userId, sessionId }))
    : undefined;
  return {
    confirmedAt: totp?.confirmedAt ?? null,
    enrolment: open === undefined ? null : {
      secret: open,
      uri: totpUri(open, {
        issuer: `Passdesk ${settings.PUBLIC_URL.host}`,
        label: username,
      }),
    },
    recoveryCodesLeft: codes.length,
  };
}

/**
 * For which session a secret is sealed that no code has confirmed: another session of the account, perhaps of
 * somebody who knows the password alone, neither sees it nor can have it confirmed.
 */
function enrollingSession(
  { userId, sessionId }: Pick<Actor, "userId" | "sessionId">,
) {
  return `app begun by ${userId} in ${sessionId}`;
}

export type StartTotpFailure = OwnAccountFailure | { reason: "enrolled" };

/** Makes a secret for an app. It counts for nothing until this session gives a code of it; a newer one ends it. */
export async function startTotp(
  context: ServiceContext,
  actor: Actor,
): Promise<Result<void, StartTotpFailure>> {
  const { userId } = actor;
  return await inTransaction(context, async (tx) => {
    const own = await lockOwnAccount(tx, actor);
    if (!own.ok) return own;
    const sealedSecret = context.secrets.seal(
      createTotpSecret(),
      enrollingSession(actor),
    );
    return await replaceUnconfirmedTotp(tx, { userId, sealedSecret })
      ? ok(undefined)
      : refuse({ reason: "enrolled" });
  });
}

export type ConfirmTotpFailure =
  | OwnAccountFailure
  | { reason: "wrong_code" }
  | { reason: "not_started" };

/** The app counts from now on: every other session ends. The value is a set of recovery codes, told once. */
export async function confirmTotp(
  context: ServiceContext,
  { actor, code }: { actor: Actor; code: string },
): Promise<Result<string[], ConfirmTotpFailure>> {
  const { db, hasher, secrets } = context;
  const { userId } = actor;
  const totp = await findTotp(db, userId);
  if (!totp || totp.confirmedAt) return refuse({ reason: "not_started" });
  const secret = secrets.open(totp.sealedSecret, enrollingSession(actor));
  if (secret === undefined) return refuse({ reason: "not_started" });
  const step = totpStep(secret, typedCode(code));
  if (!step) return refuse({ reason: "wrong_code" });
  const { codes, hashes } = await createRecoveryCodes(hasher);

  return await inTransaction(context, async (tx) => {
    const own = await lockOwnAccount(tx, actor);
    if (!own.ok) return own;
    const now = await findTotp(tx, userId);
    if (
      now?.sealedSecret !== totp.sealedSecret ||
      !await consumeTotpStep(tx, {
        userId,
        step,
        confirmed: false,
        confirming: {
          sealedSecret: secrets.seal(secret, userId),
          address: context.address,
          userAgent: context.userAgent,
        },
      })
    ) return refuse({ reason: "not_started" });
    await replaceRecoveryCodes(tx, { userId, hashes });
    await settleFactorChange(tx, context, {
      actor,
      event: "second_factor_added",
      factor: "authenticator app",
      what: "totp_added",
    });
    return ok(codes);
  });
}

/** Takes the app away; where there is no passkey either, the recovery codes too. */
export async function removeTotp(
  context: ServiceContext,
  actor: Actor,
): Promise<Result<void, OwnAccountFailure>> {
  const { userId } = actor;
  return await inTransaction(context, async (tx) => {
    const own = await lockOwnAccount(tx, actor);
    if (!own.ok) return own;
    if (!await deleteTotp(tx, userId)) return ok(undefined);
    await settleLostFactor(tx, context, actor);
    await settleFactorChange(tx, context, {
      actor,
      event: "second_factor_removed",
      factor: "authenticator app",
      what: "totp_removed",
    });
    return ok(undefined);
  });
}

export type RenewRecoveryCodesFailure =
  | OwnAccountFailure
  | { reason: "throttled" }
  | { reason: "not_enrolled" };

/** A new set, told once; the old one ends. */
export async function renewRecoveryCodes(
  context: ServiceContext,
  actor: Actor,
): Promise<Result<string[], RenewRecoveryCodesFailure>> {
  const { userId } = actor;
  const mayRenew = async (
    tx: Database,
  ): Promise<Result<void, RenewRecoveryCodesFailure>> => {
    const own = await lockOwnAccount(tx, actor);
    if (!own.ok) return own;
    return await hasFactor(tx, userId)
      ? ok(undefined)
      : refuse({ reason: "not_enrolled" });
  };
  const early = await inTransaction(context, mayRenew); // ten hashes are not for everybody
  if (!early.ok) return early;
  if (await hasMadeEnoughCodes(context, userId)) {
    return refuse({ reason: "throttled" });
  }
  const { codes, hashes } = await createRecoveryCodes(context.hasher);
  return await inTransaction(context, async (tx) => {
    const still = await mayRenew(tx);
    if (!still.ok) return still;
    await replaceRecoveryCodes(tx, { userId, hashes });
    await recordAudit(tx, context, {
      event: "recovery_codes_renewed",
      actorId: userId,
      subjectId: userId,
    });
    await notifyOfSecondFactor(tx, context, {
      userId,
      what: "recovery_codes_renewed",
    });
    return ok(codes);
  });
}
