import type { Database } from "../db/client.ts";
import { listPasskeys } from "../db/passkeys.ts";
import { requireNewPasswords } from "../db/passwords.ts";
import { replaceRecoveryCodes } from "../db/recovery_codes.ts";
import { deleteSessions } from "../db/sessions.ts";
import { findTotp } from "../db/totps.ts";
import { recordAudit } from "./audit.ts";
import type { Actor, Permission, ServiceContext } from "./context.ts";
import { notifyOfSecondFactor, type SecondFactorNotice } from "./notices.ts";
import { outgrowsPassword } from "./second_factor_rules.ts";

/** What follows from a change of one's own factors: the other sessions end, the log and the user are told. */
export async function settleFactorChange(
  tx: Database,
  context: ServiceContext,
  { actor: { userId, sessionId }, event, factor, what }: {
    actor: Actor;
    event: "second_factor_added" | "second_factor_removed";
    factor: "authenticator app" | "passkey";
    what: SecondFactorNotice;
  },
) {
  const sessions = await deleteSessions(tx, { userId, keep: sessionId });
  await recordAudit(tx, context, {
    event,
    actorId: userId,
    subjectId: userId,
    detail: { factor, sessions },
  });
  await notifyOfSecondFactor(tx, context, { userId, what });
}

/** Has somebody a factor beside the password? */
export async function hasFactor(
  tx: Database,
  userId: string,
): Promise<boolean> {
  return !!(await findTotp(tx, userId))?.confirmedAt ||
    (await listPasskeys(tx, userId)).length > 0;
}

/** Behind the last factor: recovery codes stand in for none, and a password may be too short by itself. */
export async function settleLostFactor(
  tx: Database,
  { settings }: Pick<ServiceContext, "settings">,
  { userId, permissions }: { userId: string; permissions: Permission[] },
) {
  if (await hasFactor(tx, userId)) return;
  await replaceRecoveryCodes(tx, { userId, hashes: [] });
  if (outgrowsPassword(settings, { permissions })) {
    await requireNewPasswords(tx, [userId]);
  }
}
