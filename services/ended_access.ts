import { revokeApiTokens } from "../db/api_tokens.ts";
import type { Database } from "../db/client.ts";
import { deleteSessions } from "../db/sessions.ts";

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
  const sessions = await deleteSessions(tx, { userId });
  const tokens = await revokeApiTokens(tx, { ownerId: userId });
  return { sessions, ...(tokens > 0 && { tokens }) };
}
