import { NIL } from "uuid";
import { unicodeEmail } from "../db/email_addresses.ts";
import { fillLooks } from "../db/look_alikes.ts";
import { findEmailsWithLabels, respellEmail } from "../db/stored_emails.ts";
import { uniqueViolation } from "../db/unique.ts";
import type { Services } from "./context.ts";

const AT_ONCE = 500;

/**
 * Brings users who were stored by an older version up to date, as far as SQL can't: the program makes these values.
 * Costs two look-ups where nothing is to be done.
 */
export async function updateStoredUsers(
  services: Pick<Services, "db" | "log">,
): Promise<void> {
  await rewriteLabels(services);
  while (await fillLooks(services.db, AT_ONCE) === AT_ONCE);
}

/**
 * Addresses that were stored with A-labels, before domains had one form, get that form. Where somebody else has
 * the address already, it stays and the log says whose.
 */
async function rewriteLabels(
  { db, log }: Pick<Services, "db" | "log">,
): Promise<void> {
  let after: string = NIL;
  for (;;) {
    const some = await findEmailsWithLabels(db, { after, limit: AT_ONCE });
    for (const { id, email } of some) {
      const to = unicodeEmail(email);
      if (to === email) continue;
      try {
        await respellEmail(db, { id, from: email, to });
      } catch (error) {
        if (uniqueViolation(error) === undefined) throw error;
        log("warning", "email_kept_as_it_was", { user: id });
      }
    }
    if (some.length < AT_ONCE) return;
    after = some.at(-1)!.id;
  }
}
