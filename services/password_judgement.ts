import { listPasswordHistory } from "../db/passwords.ts";
import { rateAddress } from "./address.ts";
import type { ServiceContext } from "./context.ts";
import type { PasswordCheck, PolicyViolation } from "./password_policy.ts";
import { type FactorStanding, minLengthFor } from "./second_factor_rules.ts";
import { ok, refuse, type Result } from "./result.ts";

/** Whose password it is to become. */
export interface PasswordOwner extends FactorStanding {
  userId: string;
  name: string;
  username: string;
  email: string | null;
  hash: string | null;
}

/** A new password, ready to be stored. */
export interface NewHash {
  hash: string;
  /** What the history keeps; `restart` where the older entries can no longer be compared with it. */
  history: { hash: string; restart: boolean } | undefined;
}

/** What the rules need to know of an owner. */
export type RuledOwner = Omit<PasswordOwner, "hash" | "userId">;

/**
 * The rules that need no looking up.
 *
 * @param account whose turn it is: checks stand in a line
 * @param unwanted aborted when nobody waits for the answer any more
 * @throws {OverloadedError} the line is full
 */
export async function checkRules(
  { policy, settings, address, signal }: ServiceContext,
  { owner, password, account, unwanted }: {
    owner: RuledOwner;
    password: string;
    account: string;
    unwanted?: AbortSignal;
  },
): Promise<PasswordCheck> {
  const signals = [signal, unwanted].filter((it) => it !== undefined);
  return await policy.check(password, words(owner), {
    minLength: minLengthFor(settings, owner),
    turn: {
      place: rateAddress(address),
      account,
      ...(signals.length > 0 && { signal: AbortSignal.any(signals) }),
    },
  });
}

/**
 * The one policy of every path: the rules, the breach corpus, the last passwords; then the hashes.
 * All history of a user shares one salt, so that reuse costs one hash however many are kept.
 *
 * @throws {OverloadedError} the waiting line is full
 */
export async function judgePassword(
  context: ServiceContext,
  { known, password }: { known: PasswordOwner; password: string },
): Promise<
  Result<NewHash, { reason: "policy"; violations: PolicyViolation[] }>
> {
  const { hasher, breached } = context;
  const { violations } = await checkRules(context, {
    owner: known,
    password,
    account: known.userId,
  });
  if (violations.length > 0) return refuse({ reason: "policy", violations });
  if (await breached(password)) return no("breached");

  const history = await compareWithHistory(context, known, password);
  if (history === "reused") return no("reused");
  return ok({ hash: await hasher.hash(password), history });
}

async function compareWithHistory(
  { db, hasher, settings }: ServiceContext,
  { userId, hash }: PasswordOwner,
  password: string,
): Promise<NewHash["history"] | "reused"> {
  const keep = settings.PASSWORD_HISTORY;
  if (keep === 0) return undefined;
  const kept = await listPasswordHistory(db, userId, keep);
  // Before the first change there is only the current password: its salt becomes the history's.
  const retired = kept.length > 0 ? kept : hash === null ? [] : [hash];
  const like = retired.find((it) => hasher.hasCurrentParameters(it));
  if (!like) {
    // Of other parameters, or made by another program: the current one can at least be asked.
    if (hash !== null && await hasher.verify(hash, password)) return "reused";
    return { hash: await hasher.hash(password), restart: true };
  }
  const again = await hasher.hashLike(password, like);
  return retired.includes(again) ? "reused" : { hash: again, restart: false };
}

function no(rule: "breached" | "reused") {
  const violations: PolicyViolation[] = [{ rule }];
  return refuse({ reason: "policy" as const, violations });
}

function words(
  { name, username, email }: Pick<PasswordOwner, "name" | "username" | "email">,
) {
  return [name, username, ...(email ? [email] : [])];
}
