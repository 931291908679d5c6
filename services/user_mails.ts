import { listMails, type MailRow } from "../db/mails.ts";
import type { ServiceContext } from "./context.ts";

export type { MailRow };

const MAILS_SHOWN = 50;

/** The last mails to a user, and what became of them: did the link arrive? */
export async function findMails(
  { db }: ServiceContext,
  userId: string,
): Promise<MailRow[]> {
  return await listMails(db, userId, MAILS_SHOWN);
}
