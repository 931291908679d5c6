import { findPassword } from "../db/passwords.ts";
import { countAttempt, forgetAttempts } from "../db/rate_limits.ts";
import { ownAttemptKey } from "./attempts.ts";
import { recordAudit } from "./audit.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { ok, refuse, type Result } from "./result.ts";
import type { Throttled } from "./sign_in_attempts.ts";

export type CurrentPasswordFailure = Throttled | { reason: "wrong_password" };

type Known =
  & NonNullable<Awaited<ReturnType<typeof findPassword>>>
  & { hash: string };

/** Proves that whoever sits there knows the current password; tries are counted as those of signing in. */
export async function checkCurrentPassword(
  context: ServiceContext,
  { actor: { userId }, password }: { actor: Actor; password: string },
): Promise<Result<Known, CurrentPasswordFailure>> {
  const { db, hasher } = context;
  const throttled = await throttle(context, userId);
  if (throttled) return refuse(throttled);
  const known = await findPassword(db, userId);
  const right = known?.hash &&
    await hasher.verify(known.hash, password, { account: userId });
  if (!known?.hash || !right || known.expired) { // expired, it opens nothing, this neither
    await recordAudit(db, context, {
      event: "authn_password_change_fail",
      actorId: userId,
      subjectId: userId,
      detail: { why: "wrong_password" },
    });
    return refuse({ reason: "wrong_password" });
  }
  await forgetAttempts(db, { keys: [ownAttemptKey(userId)] }); // it was no guess
  return ok({ ...known, hash: known.hash });
}

async function throttle(
  context: ServiceContext,
  userId: string,
): Promise<Throttled | undefined> {
  const { db, settings } = context;
  const windowSeconds = settings.SIGN_IN_WINDOW_MINUTES * 60;
  const limit = settings.SIGN_IN_ATTEMPTS;
  const exceeded = await countAttempt(db, {
    limits: [{ key: ownAttemptKey(userId), limit }],
    windowSeconds,
  });
  if (!exceeded) return undefined;
  if (exceeded.attempts === limit + 1) { // once a window
    await recordAudit(db, context, {
      event: "excess_rate_limit_exceeded",
      actorId: userId,
      subjectId: userId,
      detail: { limit: "own password", attempts: limit },
    });
  }
  return { reason: "throttled", retryAfterSeconds: windowSeconds };
}
