import {
  and,
  eq,
  gt,
  gte,
  isNotNull,
  isNull,
  type SQL,
  sql,
} from "drizzle-orm";
import type { Database } from "./client.ts";
import { identifierKey } from "./email_addresses.ts";
import { fold } from "./fold.ts";
import { users } from "./schema.ts";
import type { UserDetails } from "./users.ts";

/** What a system that provisions users sees of one. */
export type ProvisionedUser = Pick<
  UserDetails,
  | "id"
  | "username"
  | "name"
  | "email"
  | "attributes"
  | "externalId"
  | "version"
  | "disabledAt"
  | "createdAt"
  | "updatedAt"
>;

export interface ProvisionedUserFilter {
  by: "id" | "username" | "email" | "externalId";
  value: string;
  active?: boolean | undefined;
}

const COLUMNS = {
  id: users.id,
  username: users.username,
  name: users.name,
  email: users.email,
  attributes: users.attributes,
  externalId: users.externalId,
  version: users.version,
  disabledAt: users.disabledAt,
  createdAt: users.createdAt,
  updatedAt: users.updatedAt,
};

const BY: Record<ProvisionedUserFilter["by"], (value: string) => SQL> = {
  id: (value) => eq(users.id, value),
  username: (value) => eq(users.usernameKey, fold(value)),
  email: (value) => eq(users.emailKey, identifierKey(value)),
  externalId: (value) => eq(users.externalId, value),
};

/** By one of the fields that have an index; a username or email as `fold` compares them. */
export async function findProvisionedUsers(
  db: Database,
  { by, value, active }: ProvisionedUserFilter,
  limit: number,
): Promise<ProvisionedUser[]> {
  return await db.select(COLUMNS).from(users).where(and(
    BY[by](value),
    active === undefined
      ? undefined
      : active
      ? isNull(users.disabledAt)
      : isNotNull(users.disabledAt),
  )).orderBy(users.id).limit(limit);
}

/** In the order of ids, which is the order in which they were made: behind one, or from one on. */
export async function listProvisionedUsers(
  db: Database,
  { after, from }: { after?: string | undefined; from?: string | undefined },
  limit: number,
): Promise<ProvisionedUser[]> {
  return await db.select(COLUMNS).from(users).where(and(
    after === undefined ? undefined : gt(users.id, after),
    from === undefined ? undefined : gte(users.id, from),
  )).orderBy(users.id).limit(limit);
}

/** The id of the user at a position, from 0 on: a walk along the ids alone, so its caller bounds it. */
export async function findUserIdAt(
  db: Database,
  position: number,
): Promise<string | undefined> {
  const [row] = await db.select({ id: users.id }).from(users)
    .orderBy(users.id).offset(position).limit(1);
  return row?.id;
}

/** How many users there are, counted no further than to `most` and one. */
export async function countUsersUpTo(
  db: Database,
  most: number,
): Promise<number> {
  const some = db.select({ id: users.id }).from(users).limit(most + 1).as("t");
  const [row] = await db.select({ count: sql<number>`count(*)::int` })
    .from(some);
  return row!.count;
}

/** How many users there are by the database's statistics. */
export async function estimateUsers(db: Database): Promise<number> {
  const [row] = await db.select({
    count: sql<
      number
    >`(select reltuples::float8 from pg_class where oid = 'users'::regclass)`,
  }).from(sql`(select 1) as one`);
  return Math.round(row!.count);
}
