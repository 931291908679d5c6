import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { describeError } from "../services/log.ts";
import { isOutage } from "../services/outage.ts";
import { OverloadedError } from "../services/work_queue.ts";
import type { AppEnv } from "./env.ts";

const MALFORMED = [400, 413, 415] as const;

/**
 * What kind of end an error is: the caller's, a bug (500) or an outage (503, with Retry-After). Bugs and
 * outages are logged here, with their request's id.
 */
export function judgeFailure(
  error: Error,
  c: Context<AppEnv>,
): 400 | 413 | 415 | 500 | 503 {
  const status = error instanceof HTTPException ? error.status : undefined;
  const malformed = MALFORMED.find((it) => it === status);
  if (malformed) return malformed;
  const { requestId, log } = c.var.services;
  const full = error instanceof OverloadedError;
  const busy = full || isOutage(error) || status === 503;
  log(busy ? "warning" : "error", busy ? "overloaded" : "failure", {
    requestId,
    ...describeError(error),
  });
  if (!busy) return 500;
  c.header("Retry-After", String(full ? error.retryAfterSeconds : 5));
  return 503;
}
