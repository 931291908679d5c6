import { findEmailEntry } from "../db/audit_events.ts";
import { findPassword } from "../db/passwords.ts";
import type { ServiceContext } from "./context.ts";

/** What speaks against granting somebody a permission: who else may hold the account. */
export interface GrantDoubts {
  /** Since when somebody else may know the password, or one of which it is the successor. */
  passwordKnownSince: Date | null;
  /** Who else has entered the email address, to which a link for a new password goes, as far as the log tells. */
  emailEntered: { at: Date; by: string | null } | null;
}

/** To be told before a grant: a permission is granted to a person, and nearly everybody was onboarded by staff. */
export async function findGrantDoubts(
  { db }: Pick<ServiceContext, "db">,
  userId: string,
): Promise<GrantDoubts> {
  const password = await findPassword(db, userId);
  const entry = password?.email ? await findEmailEntry(db, userId) : null;
  return {
    passwordKnownSince: password?.knownToOthersSince ?? null,
    emailEntered: entry && entry.actorId !== userId
      ? { at: entry.at, by: entry.actorName }
      : null,
  };
}
