import { and, gt } from "drizzle-orm";
import type { Database } from "./client.ts";
import { users } from "./schema.ts";
import type { UserFilter } from "./user_search.ts";
import { passes } from "./user_search_page.ts";

/** A page of users for an export, in the order of their ids. No hash, and nothing else that is secret. */
export async function listUsersForExport(
  db: Database,
  { filter, after, limit }: {
    filter: UserFilter;
    after?: string | undefined;
    limit: number;
  },
) {
  return await db.select({
    id: users.id,
    username: users.username,
    name: users.name,
    email: users.email,
    externalId: users.externalId,
    attributes: users.attributes,
    disabledAt: users.disabledAt,
    createdAt: users.createdAt,
    lastSignInAt: users.lastSignInAt,
  }).from(users)
    .where(and(passes(filter), after ? gt(users.id, after) : undefined))
    .orderBy(users.id).limit(limit);
}

export type ExportedUser = Awaited<
  ReturnType<typeof listUsersForExport>
>[number];
