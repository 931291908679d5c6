import { countInWindow } from "../db/rate_limits.ts";
import { recordAudit } from "./audit.ts";
import type { Actor, ServiceContext } from "./context.ts";

/** The window in which an API caller's requests are counted, in seconds. */
export const API_WINDOW_SECONDS = 60;

export interface ApiQuota {
  limit: number;
  remaining: number;
  resetSeconds: number;
  exceeded: boolean;
}

/** Counts a request of a token, or of a user's session, among those of this minute. */
export async function countApiRequest(
  context: ServiceContext,
  { userId, token }: Actor,
): Promise<ApiQuota> {
  const { db, settings } = context;
  const limit = settings.API_REQUESTS_PER_MINUTE;
  const { attempts, resetSeconds } = await countInWindow(db, {
    key: `api:${token?.id ?? userId}`,
    windowSeconds: API_WINDOW_SECONDS,
  });
  if (attempts === limit + 1) { // once a window: a flood must not fill the log
    await recordAudit(db, context, {
      event: "excess_rate_limit_exceeded",
      actorId: userId,
      detail: { limit: "api", attempts: limit, token: token?.id },
    });
  }
  return {
    limit,
    remaining: Math.max(0, limit - attempts),
    resetSeconds,
    exceeded: attempts > limit,
  };
}
