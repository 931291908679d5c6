import { listPasswordHistory } from "../db/passwords.ts";
import type { ServiceContext } from "./context.ts";
import { type BlankEnd, blankEnds } from "./password_blanks.ts";
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

/** What can be told while somebody types. */
export interface PasswordPreview extends PasswordCheck {
  blanks: BlankEnd[];
}

/** The rules that can be told while somebody types: nothing is stored, logged or sent anywhere. */
export function previewPassword(
  context: ServiceContext,
  owner: Omit<PasswordOwner, "hash" | "userId">,
  password: string,
): PasswordPreview {
  return {
    ...checkRules(context, owner, password),
    blanks: blankEnds(password),
  };
}

function checkRules(
  { policy, settings }: ServiceContext,
  owner: Omit<PasswordOwner, "hash" | "userId">,
  password: string,
): PasswordCheck {
  return policy.check(password, words(owner), minLengthFor(settings, owner));
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
  const { violations } = checkRules(context, known, password);
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
