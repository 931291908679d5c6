import {
  and,
  desc,
  eq,
  gt,
  inArray,
  isNull,
  lt,
  type SQL,
  sql,
} from "drizzle-orm";
import type { Database } from "./client.ts";
import { endsWithin, hasBegun } from "./clocks.ts";
import { builtOnce } from "./prepared.ts";
import { passwords, users } from "./schema.ts";
import { apiTokens, type Scope } from "./schema_programs.ts";
import { heldPermissions, secondFactor } from "./users.ts";

/** No token is given longer than this. */
const LONGEST = sql.raw(`interval '366 days'`);

const usable = and(
  isNull(apiTokens.revokedAt),
  endsWithin(apiTokens.expiresAt, LONGEST),
  hasBegun(apiTokens.createdAt),
)!;

export interface NewApiToken {
  id: string;
  ownerId: string;
  parentId?: string | null;
  name: string;
  scopes: Scope[];
  secretHash: string;
  expiresAt: Date;
}

/** False where there is one of this id already. */
export async function insertApiToken(
  db: Database,
  token: NewApiToken,
): Promise<boolean> {
  return (await db.insert(apiTokens).values(token).onConflictDoNothing()
    .returning({ id: apiTokens.id })).length === 1;
}

const tokenById = builtOnce((db) =>
  db.select({
    id: apiTokens.id,
    tokenName: apiTokens.name,
    scopes: apiTokens.scopes,
    secretHash: apiTokens.secretHash,
    expiresAt: apiTokens.expiresAt,
    over: sql<boolean>`not ${usable}`,
    stale: sql<
      boolean
    >`coalesce(${apiTokens.lastUsedAt} < now() - interval '1 minute', true)`,
    userId: users.id,
    name: users.name,
    username: users.username,
    email: users.email,
    disabled: sql<boolean>`${users.disabledAt} is not null`,
    temporary: sql<boolean>`coalesce(${passwords.temporary}, false)`,
    permissions: heldPermissions,
    secondFactor,
    suspended: sql<boolean>`${users.authenticatorsSuspended} is not null`,
  }).from(apiTokens)
    .innerJoin(users, eq(users.id, apiTokens.ownerId))
    .leftJoin(passwords, eq(passwords.userId, users.id))
    .where(eq(apiTokens.id, sql.placeholder("id")))
    .prepare("api_token_by_id")
);

/** A token with its owner, also one that is over: the answer tells why. Null for an unknown id. */
export async function findApiToken(db: Database, id: string) {
  const [row] = await tokenById(db).execute({ id });
  return row ?? null;
}

/** When and from where a token was used last, to the minute. */
export async function touchApiToken(
  db: Database,
  { id, address }: { id: string; address: string },
) {
  await db.update(apiTokens)
    .set({ lastUsedAt: sql`now()`, lastUsedAddress: address })
    .where(eq(apiTokens.id, id));
}

/** The newest first, paged by key: those of one owner, or of all; those that are over are gone from it. */
export async function listApiTokens(
  db: Database,
  { ownerId, before, limit }: {
    ownerId?: string | undefined;
    before?: string | undefined;
    limit: number;
  },
) {
  return await db.select({
    id: apiTokens.id,
    name: apiTokens.name,
    scopes: apiTokens.scopes,
    createdAt: apiTokens.createdAt,
    expiresAt: apiTokens.expiresAt,
    lastUsedAt: apiTokens.lastUsedAt,
    lastUsedAddress: apiTokens.lastUsedAddress,
    ownerId: users.id,
    ownerName: users.name,
    ownerUsername: users.username,
  }).from(apiTokens).innerJoin(users, eq(users.id, apiTokens.ownerId))
    .where(and(
      usable,
      ownerId ? eq(apiTokens.ownerId, ownerId) : undefined,
      before ? lt(apiTokens.id, before) : undefined,
    )).orderBy(desc(apiTokens.id)).limit(limit);
}

export type ApiTokenRow = Awaited<ReturnType<typeof listApiTokens>>[number];

/** A user has so many at most, of those that can be used. */
export async function countApiTokens(
  db: Database,
  { ownerId }: { ownerId: string },
): Promise<number> {
  return await db.$count(
    apiTokens,
    and(usable, eq(apiTokens.ownerId, ownerId)),
  );
}

/** Ends one token, and those that were made by it. The value is whose it was; null where there is none to end. */
export async function revokeApiToken(
  db: Database,
  { id }: { id: string },
): Promise<{ ownerId: string; name: string } | null> {
  const family = sql`${apiTokens.id} in (
    with recursive family as (
      select ${id}::uuid as id
      union select api_tokens.id from api_tokens join family on parent_id = family.id
    ) select id from family)`;
  const revoked = await revoke(db, family);
  return revoked.find((it) => it.id === id) ?? null;
}

/** Ends all tokens of some users that can still be used. Tells whose they were, an entry each. */
export async function revokeApiTokens(
  db: Database,
  { ownerIds }: { ownerIds: string[] },
): Promise<string[]> {
  const all = and(usable, inArray(apiTokens.ownerId, ownerIds))!;
  return (await revoke(db, all)).map((it) => it.ownerId);
}

function revoke(db: Database, which: SQL) {
  return db.update(apiTokens).set({ revokedAt: sql`now()` })
    .where(and(which, isNull(apiTokens.revokedAt)))
    .returning({
      id: apiTokens.id,
      ownerId: apiTokens.ownerId,
      name: apiTokens.name,
    });
}

/** Tokens that end within `days`, whose owners have not been told; marks them as told. */
export async function takeEndingApiTokens(
  db: Database,
  { days }: { days: number },
) {
  return await db.update(apiTokens).set({ remindedAt: sql`now()` })
    .where(and(
      isNull(apiTokens.revokedAt),
      isNull(apiTokens.remindedAt),
      gt(apiTokens.expiresAt, sql`now()`),
      lt(apiTokens.expiresAt, sql`now() + make_interval(days => ${days})`),
    )).returning({
      ownerId: apiTokens.ownerId,
      name: apiTokens.name,
      expiresAt: apiTokens.expiresAt,
    });
}

/** Tokens that are over for long, whose use somebody might still want to know. */
export async function deleteOldApiTokens(db: Database) {
  await db.delete(apiTokens).where(
    sql`coalesce(${apiTokens.revokedAt}, ${apiTokens.expiresAt}) < now() - interval '400 days'`,
  );
}
