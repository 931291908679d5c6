import { and, eq, gt, inArray, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { passwords, type Permission, users } from "./schema.ts";
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
