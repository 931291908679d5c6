import { countAttempt, type Exceeded, type Limit } from "../db/rate_limits.ts";
import { placesOf } from "./address.ts";
import { accountAttemptPrefix } from "./attempts.ts";
import { recordAudit } from "./audit.ts";
import type { ServiceContext } from "./context.ts";

export interface Throttled {
  reason: "throttled";
  retryAfterSeconds: number;
}

/** Where tries at an account are counted. */
export interface AttemptLimits {
  /** Of the networks that the address lies in, whoever is tried. */
  places: Limit[];
  /** Of this account: a success forgets them. */
  account: Limit[];
}

/**
 * The narrow limits first: what a place has too much of no longer counts against the account, so that nobody can
 * lock somebody else out from one place. A place is counted under the name that was typed: under the account, a username
 * and an email that share a count would be known to be one user's (ASVS 6.3.8). A browser that has signed in to the account before has a count of its own
 * in the stead of the account's: many places together can't lock out its owner (ASVS 6.1.1).
 */
export function attemptLimits(
  context: ServiceContext,
  { account, name, deviceHash, known }: {
    account: string;
    /** The hash of the username or email that was typed; where that isn't known any more, the account. */
    name: string;
    /** Of the secret that the browser keeps. */
    deviceHash: string;
    /** It has signed in to the account before. */
    known: boolean;
  },
): AttemptLimits {
  const { settings } = context;
  const prefix = accountAttemptPrefix(account);
  return {
    places: placeLimits(context),
    account: known
      ? [{
        key: `${prefix}device:${deviceHash}`,
        limit: settings.SIGN_IN_ATTEMPTS,
      }]
      : [
        ...namePlaceLimits(context, name),
        { key: `${prefix}all`, limit: settings.SIGN_IN_ATTEMPTS_PER_ACCOUNT },
      ],
  };
}

export function attemptWindow({ settings }: ServiceContext): number {
  return settings.SIGN_IN_WINDOW_MINUTES * 60; // seconds
}

/** The limits of a place, whichever way in it takes. */
export function placeLimits({ address, settings }: ServiceContext): Limit[] {
  const { SIGN_IN_ATTEMPTS_PER_ADDRESS: limit } = settings;
  return widening("sign_in:address:", address, limit);
}

/** The limits of a place at one account, by the name that was typed. */
export function namePlaceLimits(
  { address, settings }: ServiceContext,
  name: string,
): Limit[] {
  return widening(
    accountAttemptPrefix(name),
    address,
    settings.SIGN_IN_ATTEMPTS,
  );
}

/** A limit for each of the networks that an address lies in, the wider the more. */
export function widening(
  prefix: string,
  address: string,
  limit: number,
): Limit[] {
  return placesOf(address).map(({ name, times }) => ({
    key: prefix + name,
    limit: Math.floor(limit * times),
  }));
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
