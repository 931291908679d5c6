import { countAttempt, type Exceeded, type Limit } from "../db/rate_limits.ts";
import { rateAddress } from "./address.ts";
import { accountAttemptPrefix } from "./attempts.ts";
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
  account: string,
): AttemptKeys {
  const prefix = accountAttemptPrefix(account);
  return {
    address: addressLimit(context).key,
    pair: `${prefix}${rateAddress(context.address)}`,
    account: `${prefix}all`,
  };
}

/**
 * Three limits, the narrow ones first: what an address has too much of no longer counts against the
 * account, so that nobody can lock somebody else out from one place (ASVS 6.1.1).
 */
export function attemptLimits(
  context: ServiceContext,
  keys: AttemptKeys,
): Limit[] {
  const { settings } = context;
  return [
    addressLimit(context),
    { key: keys.pair, limit: settings.SIGN_IN_ATTEMPTS },
    { key: keys.account, limit: settings.SIGN_IN_ATTEMPTS_PER_ACCOUNT },
  ];
}

export function attemptWindow({ settings }: ServiceContext): number {
  return settings.SIGN_IN_WINDOW_MINUTES * 60; // seconds
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

/** Counts a try under each key, until one has too many. */
export async function countLimits(
  context: ServiceContext,
  userId: string | undefined,
  limits: Limit[],
): Promise<Throttled | undefined> {
  const exceeded = await countAttempt(context.db, {
    limits,
    windowSeconds: attemptWindow(context),
  });
  return exceeded && await throttle(context, { userId, limits, exceeded });
}

/** Somebody has tried too often. Told once a window: a flood must not fill the log. */
export async function throttle(
  context: ServiceContext,
  { userId, limits, exceeded }: {
    userId: string | undefined;
    limits: Limit[];
    exceeded: Exceeded;
  },
): Promise<Throttled> {
  const { limit } = limits.find((it) => it.key === exceeded.key)!;
  if (exceeded.attempts === limit + 1) {
    await recordAudit(context.db, context, {
      event: "authn_login_throttled",
      subjectId: userId ?? null,
      detail: { limit: exceeded.key.split(":")[1], attempts: limit },
    });
  }
  return { reason: "throttled", retryAfterSeconds: attemptWindow(context) };
}
