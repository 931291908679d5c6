import {
  type Authenticator,
  listAuthenticators,
} from "../db/authenticators.ts";
import { replaceRecoveryCodes } from "../db/recovery_codes.ts";
import { lockUser } from "../db/users.ts";
import { recordAudit } from "./audit.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { deviceName } from "./devices.ts";
import { endAccess } from "./ended_access.ts";
import { findUnconfirmed, isFactor } from "./ended_authenticators.ts";
import { hasFactor, settleLostFactor } from "./factor_changes.ts";
import { notifyOfSecondFactor } from "./notices.ts";
import { lockOwnAccount, type OwnAccountFailure } from "./own_account.ts";
import { createRecoveryCodes, hasMadeEnoughCodes } from "./recovery_codes.ts";
import { ok, refuse, type Result } from "./result.ts";
import { inTransaction } from "./transaction.ts";

/** An authenticator as its holder is shown it; browser and address are null where nobody has kept them. */
export interface ShownAuthenticator extends Omit<Authenticator, "userAgent"> {
  device: string | null;
}

/** Those that a new password ends unless the user names them as the own. */
export async function findToConfirm(
  { db }: ServiceContext,
  { userId }: Pick<Actor, "userId">,
): Promise<ShownAuthenticator[]> {
  return (await findUnconfirmed(db, userId)).map(shown);
}

/** Those of whoever has to confirm them before anything else. Recovery codes are made anew in any case. */
export async function findSuspended(
  { db }: ServiceContext,
  { userId }: Actor,
): Promise<ShownAuthenticator[]> {
  return (await listAuthenticators(db, { userId })).filter(isFactor).map(shown);
}

export type ConfirmAuthenticatorsFailure =
  | OwnAccountFailure
  | { reason: "throttled" };

/**
 * Suspended authenticators count again, if the user names them as the own; the others end, as do the other
 * sessions. The value is a new set of recovery codes, told once; null where no authenticator is left.
 *
 * @param kept their keys
 */
export async function confirmAuthenticators(
  context: ServiceContext,
  { actor, kept }: { actor: Actor; kept: readonly string[] },
): Promise<Result<string[] | null, ConfirmAuthenticatorsFailure>> {
  const { userId, sessionId } = actor;
  const early = await inTransaction(
    context,
    (tx) => lockOwnAccount(tx, actor, { confirming: true }),
  );
  if (!early.ok) return early;
  const lives = (await findSuspended(context, actor))
    .some((it) => kept.includes(it.key));
  if (lives && await hasMadeEnoughCodes(context, userId)) {
    return refuse({ reason: "throttled" });
  }
  const fresh = lives ? await createRecoveryCodes(context.hasher) : null;

  return await inTransaction(context, async (tx) => {
    const own = await lockOwnAccount(tx, actor, { confirming: true });
    if (!own.ok) return own;
    const { suspended: why } = (await lockUser(tx, userId))!;
    if (!why) return ok(null); // the same form twice
    const ended = await endAccess(tx, {
      change: "authenticators_confirmed",
      userId,
      keepSession: sessionId,
      kept,
    });
    const codes = fresh && await hasFactor(tx, userId) ? fresh : null;
    if (codes) await replaceRecoveryCodes(tx, { userId, hashes: codes.hashes });
    await settleLostFactor(tx, context, actor);
    await recordAudit(tx, context, {
      event: "authenticators_confirmed",
      actorId: userId,
      subjectId: userId,
      detail: { ...ended, why },
    });
    await notifyOfSecondFactor(tx, context, {
      userId,
      what: "authenticators_confirmed",
    });
    return ok(codes?.codes ?? null);
  });
}

function shown({ userAgent, ...it }: Authenticator): ShownAuthenticator {
  return { ...it, device: userAgent === null ? null : deviceName(userAgent) };
}
