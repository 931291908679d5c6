import { and, eq, gt, inArray, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { passwords, type Permission, sessions, users } from "./schema.ts";
import { apiTokens } from "./schema_programs.ts";
import { passes } from "./user_search_page.ts";
import type { UserFilter } from "./user_search.ts";
import { heldPermissions } from "./users.ts";

/** Users in the order of their ids, behind `after`. */
export async function listUserIds(
  db: Database,
  { filter, after, limit }: {
    filter: UserFilter;
    after: string | null;
    limit: number;
  },
): Promise<string[]> {
  const found = await db.select({ id: users.id }).from(users).where(and(
    passes(filter),
    after === null ? undefined : gt(users.id, after),
  )).orderBy(users.id).limit(limit);
  return found.map((it) => it.id);
}

export interface JobSubject {
  id: string;
  disabled: boolean;
  permissions: Permission[];
  /** Null where there is no password at all. */
  temporary: boolean | null;
}

/** Locks users, in the order of their ids as everybody does, and then reads them. */
export async function lockSubjects(
  db: Database,
  ids: string[],
): Promise<JobSubject[]> {
  if (ids.length === 0) return [];
  await db.select({ id: users.id }).from(users).where(inArray(users.id, ids))
    .orderBy(users.id).for("no key update");
  return await db.select({
    id: users.id,
    disabled: sql<boolean>`${users.disabledAt} is not null`,
    permissions: heldPermissions,
    temporary: passwords.temporary,
  }).from(users).leftJoin(passwords, eq(passwords.userId, users.id))
    .where(inArray(users.id, ids)).orderBy(users.id);
}

/** Their passwords sign in for the replacement alone, without an end. */
export async function requireNewPasswords(db: Database, ids: string[]) {
  if (ids.length === 0) return;
  await db.update(passwords).set({ temporary: true })
    .where(inArray(passwords.userId, ids));
}

/** Ends all sessions of users. Tells whose they were, one entry each. */
export async function deleteSessionsOf(
  db: Database,
  ids: string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const ended = await db.delete(sessions).where(inArray(sessions.userId, ids))
    .returning({ userId: sessions.userId });
  return ended.map((it) => it.userId);
}

/** Ends all API tokens of users. */
export async function revokeTokensOf(db: Database, ids: string[]) {
  if (ids.length === 0) return;
  await db.update(apiTokens).set({ revokedAt: sql`now()` }).where(and(
    inArray(apiTokens.ownerId, ids),
    sql`${apiTokens.revokedAt} is null`,
  ));
}
