import {
  type Authenticator,
  deleteAuthenticators,
  findConfirmation,
  listAuthenticators,
  setSuspension,
  type Suspension,
} from "../db/authenticators.ts";
import type { Database } from "../db/client.ts";
import { SUSPENSIONS } from "../db/schema.ts";
import type { Change, Fates } from "./ended_access.ts";

/** Nothing of what there was none of. */
export interface EndedAuthenticators {
  passkeys?: number;
  app?: true;
  recoveryCodes?: true;
  /** All that are left count again once the user has confirmed them. */
  suspended?: Suspension;
}

/** What a new password of one's own ends, unless it is named as kept. */
export async function findUnconfirmed(
  db: Database,
  userId: string,
): Promise<Authenticator[]> {
  const standing = await findConfirmation(db, userId);
  const since = standing?.knownToOthersSince;
  // Suspended ones are confirmed in a session, behind the second step where there is one.
  return since && !standing.suspended
    ? await listAuthenticators(db, { userId, since })
    : [];
}

/** Has a user a passkey or an app that a new password of one's own leaves? */
export async function leavesFactor(
  db: Database,
  { userId, kept }: { userId: string; kept: readonly string[] },
): Promise<boolean> {
  const doomed = unkeptOf(await findUnconfirmed(db, userId), kept);
  const all = await listAuthenticators(db, { userId });
  return all.some((it) => isFactor(it) && !doomed.includes(it.key));
}

/** Ends or suspends what a change does, of passkeys, app and recovery codes. */
export async function endAuthenticators(
  tx: Database,
  { userId, change, fates, kept }: {
    userId: string;
    change: Change;
    fates: Fates;
    kept: readonly string[];
  },
): Promise<EndedAuthenticators> {
  const { authenticators, recovery_codes } = fates;
  if (!authenticators && !recovery_codes) return {};
  const standing = await findConfirmation(tx, userId);
  const all = await listAuthenticators(tx, { userId });
  const confirms = change === "authenticators_confirmed";
  const unkept = unkeptOf(
    confirms ? all : await findUnconfirmed(tx, userId),
    kept,
  );
  const factors = all.filter(isFactor).map((it) => it.key);
  let doomed = authenticators === "end"
    ? factors
    : authenticators?.startsWith("unkept")
    ? factors.filter((it) => unkept.includes(it))
    : [];
  let suspended = standing?.suspended ?? null;
  if (authenticators === "suspend") {
    suspended = graver(
      suspended,
      change === "frozen" ? "frozen" : "permission_gained",
    );
  }
  if (authenticators?.startsWith("unkept_end_or")) {
    // The mailbox alone must not take the second factor away (ASVS 6.4.3): the last ones are still asked for.
    const last = doomed.length > 0 && doomed.length === factors.length;
    if (last) doomed = [];
    if (last || suspended === "frozen") suspended = "password_reset";
    // Who runs the machine has vouched for the user: a thief's app must not lock the last administrator out.
    if (authenticators === "unkept_end_or_unasked" && suspended) {
      suspended = "frozen";
    }
  }
  const left = factors.length - doomed.length;
  if (left === 0 || confirms) suspended = null;
  const codes = recovery_codes === "end" ||
    recovery_codes !== undefined && left === 0 ||
    recovery_codes === "unkept_end" && unkept.includes(CODES);
  const ended = await deleteAuthenticators(tx, {
    userId,
    keys: codes ? [...doomed, CODES] : doomed,
  });
  const changed = suspended !== (standing?.suspended ?? null);
  if (changed) await setSuspension(tx, { userId, why: suspended });
  return {
    ...(ended.passkeys > 0 && { passkeys: ended.passkeys }),
    ...(ended.apps > 0 && { app: true }),
    ...(ended.codes > 0 && { recoveryCodes: true }),
    ...(changed && suspended && { suspended }),
  };
}

function unkeptOf(all: Authenticator[], kept: readonly string[]): string[] {
  return all.map((it) => it.key).filter((it) => !kept.includes(it));
}

const CODES = "recovery_codes";

/** Recovery codes stand in for a factor, and are none. */
export function isFactor({ kind }: Pick<Authenticator, "kind">): boolean {
  return kind !== "recovery_codes";
}

function graver(one: Suspension | null, other: Suspension): Suspension {
  const rank = (it: Suspension | null) => it ? SUSPENSIONS.indexOf(it) : -1;
  return rank(one) > rank(other) ? one! : other;
}
