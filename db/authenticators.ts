import { and, eq, isNotNull } from "drizzle-orm";
import type { Database } from "./client.ts";
import { deletePasskey, listPasskeys } from "./passkeys.ts";
import { findRecoveryCodesMadeAt } from "./recovery_codes.ts";
import {
  passwords,
  recoveryCodes,
  type Suspension,
  totps,
  users,
} from "./schema.ts";
import { findTotp } from "./totps.ts";

export type { Suspension };

/** What proves a user beside the password, with what tells the user one's own from somebody else's. */
export interface Authenticator {
  /** "passkey.…", "app" or "recovery_codes": what a form names it by. */
  key: string;
  kind: "passkey" | "app" | "recovery_codes";
  /** Of a passkey. */
  name: string | null;
  addedAt: Date;
  address: string | null;
  userAgent: string | null;
}

const passkeyKey = (id: string) => `passkey.${id}`;
const APP = "app";
const CODES = "recovery_codes";

/** A user's authenticators that count, the oldest passkey first; with `since`, those of that time. */
export async function listAuthenticators(
  db: Database,
  { userId, since }: { userId: string; since?: Date | undefined },
): Promise<Authenticator[]> {
  const app = await findTotp(db, userId);
  const codes = await findRecoveryCodesMadeAt(db, userId);
  const all: Authenticator[] = [
    ...(await listPasskeys(db, userId)).map((it) => ({
      key: passkeyKey(it.id),
      kind: "passkey" as const,
      name: it.name,
      addedAt: it.createdAt,
      address: it.address,
      userAgent: it.userAgent,
    })),
    ...(app?.confirmedAt
      ? [{
        key: APP,
        kind: "app" as const,
        name: null,
        addedAt: app.confirmedAt,
        address: app.address,
        userAgent: app.userAgent,
      }]
      : []),
    ...(codes
      ? [{
        key: CODES,
        kind: "recovery_codes" as const,
        name: null,
        addedAt: codes,
        address: null,
        userAgent: null,
      }]
      : []),
  ];
  return since ? all.filter((it) => it.addedAt >= since) : all;
}

export interface EndedAuthenticators {
  passkeys: number;
  apps: number;
  codes: number;
}

/** Ends those that are named. Tells how many there were of each kind. */
export async function deleteAuthenticators(
  db: Database,
  { userId, keys }: { userId: string; keys: readonly string[] },
): Promise<EndedAuthenticators> {
  const ended = { passkeys: 0, apps: 0, codes: 0 };
  for (const { id } of await listPasskeys(db, userId)) {
    if (!keys.includes(passkeyKey(id))) continue;
    if (await deletePasskey(db, { userId, id })) ended.passkeys++;
  }
  if (keys.includes(APP)) {
    ended.apps = (await db.delete(totps)
      .where(and(eq(totps.userId, userId), isNotNull(totps.confirmedAt)))
      .returning({ userId: totps.userId })).length;
  }
  if (keys.includes(CODES)) {
    ended.codes = (await db.delete(recoveryCodes)
      .where(eq(recoveryCodes.userId, userId))
      .returning({ id: recoveryCodes.id })).length;
  }
  return ended;
}

/** What decides which authenticators a user has to confirm; null for an unknown id. */
export async function findConfirmation(db: Database, userId: string) {
  const [row] = await db.select({
    suspended: users.authenticatorsSuspended,
    knownToOthersSince: passwords.knownToOthersSince,
  }).from(users).leftJoin(passwords, eq(passwords.userId, users.id))
    .where(eq(users.id, userId));
  return row ?? null;
}

/** Suspends all of a user's authenticators, or with null lets them count again. */
export async function setSuspension(
  db: Database,
  { userId, why }: { userId: string; why: Suspension | null },
) {
  await db.update(users).set({ authenticatorsSuspended: why })
    .where(eq(users.id, userId));
}
