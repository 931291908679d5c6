import type { Database } from "../db/client.ts";
import { listPasskeys } from "../db/passkeys.ts";
import { requireNewPasswords } from "../db/passwords.ts";
import { findTotp } from "../db/totps.ts";
import { recordAudit } from "./audit.ts";
import type { Actor, Permission, ServiceContext } from "./context.ts";
import { endAccess } from "./ended_access.ts";
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
  const ended = await endAccess(tx, {
    change: event === "second_factor_added" ? "factor_added" : "factor_removed",
    userId,
    keepSession: sessionId,
  });
  await recordAudit(tx, context, {
    event,
    actorId: userId,
    subjectId: userId,
    detail: { factor, ...ended },
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

/** Behind the last factor a password may be too short by itself: then it has to be replaced. */
export async function settleLostFactor(
  tx: Database,
  { settings }: Pick<ServiceContext, "settings">,
  { userId, permissions }: { userId: string; permissions: Permission[] },
) {
  if (!outgrowsPassword(settings, { permissions })) return;
  if (!await hasFactor(tx, userId)) await requireNewPasswords(tx, [userId]);
}
