import { and, desc, eq, inArray, notInArray, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { type Database, rows } from "./client.ts";
import { hasBegun } from "./clocks.ts";
import { passwordHistory, passwords, users } from "./schema.ts";
import { heldPermissions, secondFactor } from "./users.ts";

/** A password that stays, or a temporary one whose time has begun and is not over. */
export const signsIn = sql`coalesce(${passwords.expiresAt} > now() and ${
  hasBegun(passwords.setAt)
}, true)`;

/** What has to be known of a user before a new password is hashed; null for an unknown id. */
export async function findPassword(db: Database, userId: string) {
  const [row] = await db.select({
    userId: users.id,
    name: users.name,
    username: users.username,
    email: users.email,
    hash: passwords.hash,
    setAt: passwords.setAt,
    setBy: passwords.setBy,
    knownToOthersSince: passwords.knownToOthersSince,
    suspended: users.authenticatorsSuspended,
    temporary: passwords.temporary,
    expired: sql<boolean>`not ${signsIn}`,
    formId: passwords.formId,
    sessionsEnded: passwords.sessionsEnded,
    secondFactor,
    permissions: heldPermissions,
  }).from(users)
    .leftJoin(passwords, eq(passwords.userId, users.id))
    .where(eq(users.id, userId));
  return row ?? null;
}

/** The last hashes of a user under their common salt, the newest first. */
export async function listPasswordHistory(
  db: Database,
  userId: string,
  limit: number,
): Promise<string[]> {
  const rows = await db.select({ hash: passwordHistory.hash })
    .from(passwordHistory).where(eq(passwordHistory.userId, userId))
    .orderBy(desc(passwordHistory.id)).limit(limit);
  return rows.map((it) => it.hash);
}

export interface NewPassword {
  userId: string;
  hash: string;
  setBy: string | null;
  /** Hours for which a temporary password signs in; undefined for one that stays. */
  temporaryHours?: number | undefined;
  formId?: string | null;
  sessionsEnded?: number;
  /** Whether somebody else may know it: a successor keeps what holds of the one before. */
  knownToOthers: "from_now_on" | "as_before" | "no";
}

export async function upsertPassword(
  db: Database,
  {
    userId,
    hash,
    setBy,
    temporaryHours,
    formId = null,
    sessionsEnded = 0,
    knownToOthers,
  }: NewPassword,
) {
  const since = {
    from_now_on: sql`coalesce(${passwords.knownToOthersSince}, now())`,
    as_before: passwords.knownToOthersSince,
    no: null,
  }[knownToOthers];
  const values = {
    hash,
    setBy,
    formId,
    sessionsEnded,
    setAt: sql`now()`,
    temporary: temporaryHours !== undefined,
    expiresAt: temporaryHours === undefined
      ? null
      : sql`now() + make_interval(hours => ${temporaryHours})`,
  };
  const first = knownToOthers === "from_now_on" ? sql`now()` : null;
  await db.insert(passwords)
    .values({ userId, ...values, knownToOthersSince: first })
    .onConflictDoUpdate({
      target: passwords.userId,
      set: { ...values, knownToOthersSince: since },
    });
}

/** Some users' passwords sign in for their replacement alone. */
export async function requireNewPasswords(db: Database, userIds: string[]) {
  await db.update(passwords).set({ temporary: true })
    .where(inArray(passwords.userId, userIds));
}

/** The password signs in no more, until another one is set. */
export async function expirePassword(db: Database, userId: string) {
  await db.update(passwords).set({ temporary: true, expiresAt: sql`now()` })
    .where(eq(passwords.userId, userId));
}

/** The same password under today's parameters; not a change, so nothing else of the row moves. */
export async function replaceHash(
  db: Database,
  { userId, from, to }: { userId: string; from: string; to: string },
) {
  await db.update(passwords).set({ hash: to })
    .where(and(eq(passwords.userId, userId), eq(passwords.hash, from)));
}

/**
 * Deletes hashes that are weaker than what OWASP's Password Storage Cheat Sheet has as the least (ASVS 11.4.2): those
 * of other programs, and Argon2id with less memory and passes. Gives how many.
 *
 * @param days since the password was set or imported
 */
export async function deleteWeakHashes(
  db: Database,
  { days, today }: {
    days: number;
    today: { memoryKib: number; iterations: number };
  },
): Promise<number> {
  const current = `$argon2id$v=19$m=${today.memoryKib},t=${today.iterations},%`;
  const deleted = await rows(
    db,
    sql`
    delete from passwords using (
      select user_id, hash, regexp_match(hash, '^[$]argon2id[$]v=19[$]m=([0-9]{1,7}),t=([0-9]{1,3}),') as given
      from passwords
      where set_at < now() - make_interval(days => ${days})
        and hash not like ${current}
    ) weak
    where weak.user_id = passwords.user_id
      and weak.hash = passwords.hash -- not one that was stored while this waited for the row
      and (given is null or given[1]::bigint < 7168 or given[1]::bigint * given[2]::bigint < 35840)
    returning passwords.user_id`,
  );
  return deleted.length;
}

/** Remembers a hash and forgets all but the newest `keep`; with `restart`, all older ones. */
export async function rememberPassword(
  db: Database,
  { userId, hash, keep, restart }: {
    userId: string;
    hash: string;
    keep: number;
    restart: boolean;
  },
) {
  if (restart) {
    await db.delete(passwordHistory).where(eq(passwordHistory.userId, userId));
  }
  await db.insert(passwordHistory).values({ id: uuidv7(), userId, hash });
  const newest = db.select({ id: passwordHistory.id }).from(passwordHistory)
    .where(eq(passwordHistory.userId, userId))
    .orderBy(desc(passwordHistory.id)).limit(keep);
  await db.delete(passwordHistory).where(and(
    eq(passwordHistory.userId, userId),
    notInArray(passwordHistory.id, newest),
  ));
}

/** Rows as they are, for an empty database: the demo and the tests. */
export async function insertPasswords(
  db: Database,
  rows: (typeof passwords.$inferInsert)[],
) {
  await db.insert(passwords).values(rows);
}
