import { insertMail } from "../db/mails.ts";
import { findUser } from "../db/users.ts";
import { recordAudit } from "./audit.ts";
import { authorize, type AuthorizeFailure } from "./authorization.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { ok, refuse, type Result } from "./result.ts";
import { inTransaction } from "./transaction.ts";

export type SendResetLinkFailure =
  | { reason: "no_email" }
  | { reason: "disabled" }
  | AuthorizeFailure;

/** Staff have a reset link sent to a user's own mailbox: nobody but its owner sees it. */
export async function sendResetLink(
  context: ServiceContext,
  { actor, subjectId }: { actor: Actor; subjectId: string },
): Promise<Result<void, SendResetLinkFailure>> {
  const { address } = context;
  return await inTransaction(context, async (tx) => {
    const allowed = await authorize(tx, context, {
      actor,
      action: "send_reset_link",
      subjectId,
    });
    if (!allowed.ok) return allowed;
    if (allowed.value.disabled) return refuse({ reason: "disabled" });
    const user = await findUser(tx, subjectId);
    if (!user?.email) return refuse({ reason: "no_email" });
    await insertMail(tx, {
      kind: "password_reset",
      userId: subjectId,
      facts: { at: new Date().toISOString(), address },
    });
    await recordAudit(tx, context, {
      event: "authn_reset_requested",
      actorId: actor.userId,
      subjectId,
    });
    return ok(undefined);
  });
}
