import type { Database } from "../db/client.ts";
import { endMailLinks } from "../db/mail_links.ts";
import { dropQueuedMails, insertMail } from "../db/mails.ts";
import { lockUser } from "../db/users.ts";
import { recordAudit } from "./audit.ts";
import type { ServiceContext } from "./context.ts";
import { createMailLink } from "./mail_links.ts";
import { OPERATOR } from "./operator.ts";
import { ok, refuse, type Result } from "./result.ts";
import { inTransaction } from "./transaction.ts";

/** A link that is told to the operator of the machine instead of being mailed. */
export interface PrintedLink {
  url: string;
  minutes: number;
}

export type PrintResetLinkFailure =
  | { reason: "not_found" }
  | { reason: "disabled" };

/**
 * A link by which somebody sets the own password, for when no mail gets through. It is one as those in mails
 * are; until it is used the password stays as it is.
 */
export async function printResetLink(
  context: ServiceContext,
  { subjectId }: { subjectId: string },
): Promise<Result<PrintedLink, PrintResetLinkFailure>> {
  return await inTransaction(context, async (tx) => {
    const subject = await lockUser(tx, subjectId);
    if (!subject) return refuse({ reason: "not_found" });
    if (subject.disabled) return refuse({ reason: "disabled" });
    const link = await insertPrintedLink(tx, context, { userId: subjectId });
    await recordAudit(tx, context, {
      event: "authn_reset_requested",
      ...OPERATOR,
      subjectId,
    });
    return ok(link);
  });
}

/** Ends the older links, also those that are still to be mailed. */
export async function insertPrintedLink(
  tx: Database,
  context: ServiceContext,
  { userId }: { userId: string },
): Promise<PrintedLink> {
  const { address } = context;
  const kind = "password_reset";
  await dropQueuedMails(tx, { userId, kinds: [kind] });
  await endMailLinks(tx, { userId, purpose: kind });
  // A link belongs to a mail. This one is never sent, and staff see among the user's mails that it was made.
  const id = await insertMail(tx, {
    kind,
    userId,
    state: "dropped",
    facts: { at: new Date().toISOString(), address, by: "cli" },
  });
  const made = await createMailLink(
    { ...context, db: tx },
    { id, kind, userId, disabled: false },
  );
  if (!made || made === "nobody") throw new Error("a reset has a link");
  return { url: made.url, minutes: made.minutes };
}
