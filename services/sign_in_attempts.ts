import { countAttempt, type Limit } from "../db/rate_limits.ts";
import { rateAddress } from "./address.ts";
import { accountAttemptPrefix, unknownAccount } from "./attempts.ts";
import { recordAudit } from "./audit.ts";
import type { ServiceContext } from "./context.ts";

export interface Throttled {
  reason: "throttled";
  retryAfterSeconds: number;
}

export interface AttemptKeys {
  address: string;
  pair: string;
  account: string;
}

/** Where the tries at an account are counted: those from this address, and all; and the tries of the address. */
export function attemptKeys(
  context: ServiceContext,
  userId: string | undefined,
  identifier: string,
): AttemptKeys {
  const from = rateAddress(context.address);
  const account = accountAttemptPrefix(userId ?? unknownAccount(identifier));
  return {
    address: addressLimit(context).key,
    pair: `${account}${from}`,
    account: `${account}all`,
  };
}

/** The limit of an address, whichever way in it takes. */
export function addressLimit(
  { address, settings }: ServiceContext,
): Limit {
  return {
    key: `sign_in:address:${rateAddress(address)}`,
    limit: settings.SIGN_IN_ATTEMPTS_PER_ADDRESS,
  };
}

/**
 * Three limits, the narrow ones first: what an address has too much of no longer counts against the
 * account, so that nobody can lock somebody else out from one place (ASVS 6.1.1).
 */
export async function countAttempts(
  context: ServiceContext,
  keys: AttemptKeys,
  userId: string | undefined,
  more: Limit[] = [],
): Promise<Throttled | undefined> {
  const { settings } = context;
  return await countLimits(context, userId, [
    addressLimit(context),
    { key: keys.pair, limit: settings.SIGN_IN_ATTEMPTS },
    { key: keys.account, limit: settings.SIGN_IN_ATTEMPTS_PER_ACCOUNT },
    ...more,
  ]);
}

/** Counts a try under each key, until one has too many. */
export async function countLimits(
  context: ServiceContext,
  userId: string | undefined,
  limits: Limit[],
): Promise<Throttled | undefined> {
  const { db, settings } = context;
  const windowSeconds = settings.SIGN_IN_WINDOW_MINUTES * 60;
  const exceeded = await countAttempt(db, { limits, windowSeconds });
  if (!exceeded) return undefined;
  const { limit } = limits.find((it) => it.key === exceeded.key)!;
  if (exceeded.attempts === limit + 1) { // once a window: a flood must not fill the log
    await recordAudit(db, context, {
      event: "authn_login_throttled",
      subjectId: userId ?? null,
      detail: { limit: exceeded.key.split(":")[1], attempts: limit },
    });
  }
  return { reason: "throttled", retryAfterSeconds: windowSeconds };
}
