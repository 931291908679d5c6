import { revokeApiTokens } from "../db/api_tokens.ts";
import type { Database } from "../db/client.ts";
import { deleteSessionsOf } from "../db/sessions.ts";

/** What an event tells of it; no `tokens` where there were none. */
export interface EndedAccess {
  sessions: number;
  tokens?: number;
}

/** Ends all sessions of a user and all API tokens: whatever is signed in now is so no more. */
export async function endAccess(
  tx: Database,
  userId: string,
): Promise<EndedAccess> {
  return (await endAccessOf(tx, [userId]))(userId);
}

/** As `endAccess`, of many at once. Gives what was ended of each. */
export async function endAccessOf(
  tx: Database,
  userIds: string[],
): Promise<(userId: string) => EndedAccess> {
  const sessions = counts(await deleteSessionsOf(tx, userIds));
  const tokens = counts(await revokeApiTokens(tx, { ownerIds: userIds }));
  return (userId) => ({
    sessions: sessions.get(userId) ?? 0,
    ...(tokens.has(userId) && { tokens: tokens.get(userId)! }),
  });
}

function counts(ids: string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const id of ids) found.set(id, (found.get(id) ?? 0) + 1);
  return found;
}
