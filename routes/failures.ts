import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { isTransient, logFailure } from "../services/failure_log.ts";
import { OverloadedError } from "../services/work_queue.ts";
import type { AppEnv } from "./env.ts";

const MALFORMED = [400, 413, 415] as const;

/** The request's deadline is over: whatever it waited for, the answer is to come back later. */
export class DeadlineError extends OverloadedError {
  constructor() {
    super(5);
    this.message = "deadline";
  }
}

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
  if (c.env?.isCut?.()) return 400; // nobody reads it; the frame tells of it
  const { services, over } = c.var;
  const { requestId } = services;
  const late = over.signal.aborted && !(error instanceof DeadlineError); // it has been told
  const busy = late || isTransient(error);
  if (!late) {
    const event = busy ? "overloaded" : "failure";
    logFailure(services, event, error, { requestId });
  }
  if (!busy) return 500;
  const full = error instanceof OverloadedError;
  c.header("Retry-After", String(full ? error.retryAfterSeconds : 5));
  return 503;
}
