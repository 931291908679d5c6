import type { Database } from "../db/client.ts";
import { deleteEmailChange } from "../db/email_changes.ts";
import { endMailLinks } from "../db/mail_links.ts";
import { dropQueuedMails, type MailKind } from "../db/mails.ts";

/**
 * Nothing waits any more: neither the address nor a link to it, sent or still to be sent.
 *
 * @param since leaves what has been waiting for longer
 */
export async function withdrawEmailChange(
  tx: Database,
  { userId, since }: { userId: string; since?: Date },
) {
  const waited = await deleteEmailChange(tx, { userId, since });
  if (since && waited === null) return;
  for (const purpose of ["confirm_email", "stop_email"] as const) {
    await endMailLinks(tx, { userId, purpose });
  }
  const kinds: MailKind[] = ["email_confirmation", "email_change_announced"];
  await dropQueuedMails(tx, { userId, kinds });
}
