import type { Database } from "../db/client.ts";
import { rememberPassword, upsertPassword } from "../db/passwords.ts";
import { endMailLinks } from "../db/mail_links.ts";
import { forgetAttempts } from "../db/rate_limits.ts";
import { accountAttemptPrefix, ownAttemptKey } from "./attempts.ts";
import { endAccess, type EndedAccess } from "./ended_access.ts";
import type { NewHash } from "./password_judgement.ts";

/** Stores a judged password with all that follows from it. Tells what access it ended. */
export async function storePassword(
  tx: Database,
  { hash, history }: NewHash,
  { userId, setBy, temporaryHours, formId = null, keep }: {
    userId: string;
    setBy: string | null;
    temporaryHours?: number | undefined;
    formId?: string | null;
    keep: number;
  },
): Promise<EndedAccess> {
  const ended = await endAccess(tx, userId);
  await upsertPassword(tx, {
    userId,
    hash,
    setBy,
    temporaryHours,
    formId,
    sessionsEnded: ended.sessions,
  });
  await endMailLinks(tx, { userId, purpose: "password_reset" });
  if (history) {
    await rememberPassword(tx, { userId, keep, ...history });
  }
  await forgetAttempts(tx, {
    keys: [ownAttemptKey(userId)],
    prefix: accountAttemptPrefix(userId),
  });
  return ended;
}
