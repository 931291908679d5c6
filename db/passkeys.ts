import { and, asc, eq, isNull, lt, not, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { isWithin } from "./clocks.ts";
import { passkeyChallenges, passkeys, users } from "./schema.ts";

export interface NewPasskey {
  id: string;
  userId: string;
  name: string;
  publicKey: string;
  counter: number;
  transports: string[];
  /** From where it is added. */
  address?: string;
  userAgent?: string;
}

/** False where the credential is known already. */
export async function insertPasskey(
  db: Database,
  passkey: NewPasskey,
): Promise<boolean> {
  return (await db.insert(passkeys).values(passkey).onConflictDoNothing()
    .returning({ id: passkeys.id })).length === 1;
}

/** The oldest first. */
export async function listPasskeys(db: Database, userId: string) {
  return await db.select().from(passkeys).where(eq(passkeys.userId, userId))
    .orderBy(asc(passkeys.createdAt));
}

export type PasskeyRow = Awaited<ReturnType<typeof listPasskeys>>[number];

/** A passkey whose owner is not disabled. */
export async function findPasskey(db: Database, id: string) {
  const [row] = await db.select({
    passkey: passkeys,
    username: users.username,
  }).from(passkeys).innerJoin(users, eq(users.id, passkeys.userId))
    .where(and(eq(passkeys.id, id), isNull(users.disabledAt)));
  return row ?? null;
}

/**
 * That it was used, with the count that the authenticator gave; false where that has not grown meanwhile, as
 * of a copy. Authenticators that don't count give 0 each time (WebAuthn, 6.1.1).
 */
export async function touchPasskey(
  db: Database,
  { id, counter }: { id: string; counter: number },
): Promise<boolean> {
  return (await db.update(passkeys).set({ counter, lastUsedAt: sql`now()` })
    .where(and(
      eq(passkeys.id, id),
      counter === 0 ? eq(passkeys.counter, 0) : lt(passkeys.counter, counter),
    )).returning({ id: passkeys.id })).length === 1;
}

/** False where the user had none of this id. */
export async function deletePasskey(
  db: Database,
  { userId, id }: { userId: string; id: string },
): Promise<boolean> {
  return (await db.delete(passkeys)
    .where(and(eq(passkeys.userId, userId), eq(passkeys.id, id)))
    .returning({ id: passkeys.id })).length === 1;
}

type Purpose = "enrol" | "sign_in";

/** Minutes in which a challenge can be answered. */
const CHALLENGE_MINUTES = 5;

const open = isWithin(
  passkeyChallenges.createdAt,
  sql`make_interval(mins => ${CHALLENGE_MINUTES})`,
);

export async function insertChallenge(
  db: Database,
  challenge: {
    challengeHash: string;
    purpose: Purpose;
    userId: string | null;
  },
) {
  await db.insert(passkeyChallenges).values(challenge);
}

/** True for one answer only. */
export async function consumeChallenge(
  db: Database,
  { challengeHash, purpose, userId }: {
    challengeHash: string;
    purpose: Purpose;
    userId: string | null;
  },
): Promise<boolean> {
  return (await db.delete(passkeyChallenges).where(and(
    eq(passkeyChallenges.challengeHash, challengeHash),
    eq(passkeyChallenges.purpose, purpose),
    userId
      ? eq(passkeyChallenges.userId, userId)
      : isNull(passkeyChallenges.userId),
    open,
  )).returning({ purpose: passkeyChallenges.purpose })).length === 1;
}

export async function deleteOldChallenges(db: Database) {
  await db.delete(passkeyChallenges).where(
    not(open),
  );
}
