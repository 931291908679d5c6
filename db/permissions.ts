import { and, eq, inArray, ne, notInArray, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { hasBegun } from "./clocks.ts";
import {
  passwords,
  type Permission,
  permissions,
  sessions,
  users,
} from "./schema.ts";
import { heldPermissions, secondFactor } from "./users.ts";

/** One of the two sides of a mutation, read under lock in its transaction. */
export interface Party {
  id: string;
  name: string;
  disabled: boolean;
  temporary: boolean;
  permissions: Permission[];
  secondFactor: boolean;
  /** Has authenticators to confirm. */
  suspended: boolean;
}

/**
 * Locks the actor's and the subject's rows (in the order of their ids, so that two people who act on
 * each other wait instead of deadlocking) and reads what `may` decides by. No actor where the session,
 * or the API token, that asks has ended meanwhile; a job that a session asked for outlives it (null).
 */
export async function lockParties(
  db: Database,
  { actorId, sessionId, subjectId }: {
    actorId: string;
    sessionId: string | null;
    subjectId: string;
  },
): Promise<{ actor: Party | undefined; subject: Party | undefined }> {
  await db.select({ id: users.id }).from(users)
    .where(inArray(users.id, [actorId, subjectId]))
    .orderBy(users.id).for("no key update");
  // A second statement, so that it sees what the last holder of the locks has committed.
  const parties = await readParties(db, sessionId, [actorId, subjectId]);
  const actor = parties.find((it) => it.id === actorId && it.sessionAlive);
  return { actor, subject: parties.find((it) => it.id === subjectId) };
}

/** The actor as it is now, without a lock; undefined where the session, or the API token, has ended. */
export async function findActor(
  db: Database,
  { actorId, sessionId }: { actorId: string; sessionId: string },
): Promise<Party | undefined> {
  const [actor] = await readParties(db, sessionId, [actorId]);
  return actor?.sessionAlive ? actor : undefined;
}

async function readParties(
  db: Database,
  sessionId: string | null,
  ids: string[],
) {
  return await db.select({
    id: users.id,
    name: users.name,
    disabled: sql<boolean>`${users.disabledAt} is not null`,
    temporary: sql<boolean>`coalesce(${passwords.temporary}, false)`,
    permissions: heldPermissions,
    secondFactor,
    suspended: sql<boolean>`${users.authenticatorsSuspended} is not null`,
    sessionAlive: sql<
      boolean
    >`(${sessionId}::uuid is null or exists(select 1 from ${sessions} where ${sessions.id} = ${sessionId} and ${sessions.userId} = ${users.id})
      or exists(select 1 from api_tokens t where t.id = ${sessionId} and t.owner_id = ${users.id}
        and t.revoked_at is null and t.expires_at > now() and ${
      hasBegun(sql`t.created_at`)
    }))`,
  }).from(users)
    .leftJoin(passwords, eq(passwords.userId, users.id))
    .where(inArray(users.id, ids));
}

/** Serialises every change that could take the last holder of a permission away. */
export async function lockPermissions(db: Database) {
  await db.execute(sql`select pg_advisory_xact_lock(72773376)`);
}

/** Is there somebody else, not disabled, who holds it? */
export async function hasOtherHolder(
  db: Database,
  { permission, exceptId }: { permission: Permission; exceptId: string },
): Promise<boolean> {
  const others = await db.select({ id: users.id }).from(permissions)
    .innerJoin(users, eq(users.id, permissions.userId))
    .where(and(
      eq(permissions.permission, permission),
      ne(users.id, exceptId),
      sql`${users.disabledAt} is null`,
    )).limit(1);
  return others.length > 0;
}

/** Is there somebody beside these, not disabled, who holds all of some permissions? */
export async function hasOtherHolderOfAll(
  db: Database,
  { wanted, exceptIds }: { wanted: Permission[]; exceptIds: string[] },
): Promise<boolean> {
  const others = await db.select({ id: users.id }).from(permissions)
    .innerJoin(users, eq(users.id, permissions.userId))
    .where(and(
      inArray(permissions.permission, wanted),
      notInArray(users.id, exceptIds),
      sql`${users.disabledAt} is null`,
    )).groupBy(users.id)
    .having(sql`count(*) = ${new Set(wanted).size}`).limit(1);
  return others.length > 0;
}

export async function replacePermissions(
  db: Database,
  { userId, granted, taken, grantedBy }: {
    userId: string;
    granted: Permission[];
    taken: Permission[];
    grantedBy: string | null;
  },
) {
  if (taken.length > 0) {
    await db.delete(permissions).where(and(
      eq(permissions.userId, userId),
      inArray(permissions.permission, taken),
    ));
  }
  if (granted.length > 0) {
    await db.insert(permissions).values(
      granted.map((permission) => ({ userId, permission, grantedBy })),
    );
  }
}

export async function hasHolder(
  db: Database,
  permission: Permission,
): Promise<boolean> {
  const held = await db.select({ id: permissions.userId }).from(permissions)
    .where(eq(permissions.permission, permission)).limit(1);
  return held.length > 0;
}
