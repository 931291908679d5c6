import type { Database } from "../db/client.ts";
import { revokeApiTokens } from "../db/api_tokens.ts";
import { rememberPassword, upsertPassword } from "../db/passwords.ts";
import { endMailLinks } from "../db/mail_links.ts";
import { forgetAttempts } from "../db/rate_limits.ts";
import { deleteSessions } from "../db/sessions.ts";
import { accountAttemptPrefix, ownAttemptKey } from "./attempts.ts";
import type { NewHash } from "./password_judgement.ts";

/** Stores a judged password with all that follows from it. Tells how many sessions it ended. */
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
): Promise<number> {
  const sessionsEnded = await deleteSessions(tx, { userId });
  await revokeApiTokens(tx, { ownerId: userId });
  await upsertPassword(tx, {
    userId,
    hash,
    setBy,
    temporaryHours,
    formId,
    sessionsEnded,
  });
  await endMailLinks(tx, { userId, purpose: "password_reset" });
  if (history) {
    await rememberPassword(tx, { userId, keep, ...history });
  }
  await forgetAttempts(tx, {
    keys: [ownAttemptKey(userId)],
    prefix: accountAttemptPrefix(userId),
  });
  return sessionsEnded;
}
