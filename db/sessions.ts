import { and, desc, eq, ne, type Placeholder, sql } from "drizzle-orm";
import { type Database, rows } from "./client.ts";
import { builtOnce } from "./prepared.ts";
import { passwords, sessions, users } from "./schema.ts";
import { heldPermissions } from "./users.ts";

export interface SessionClocks {
  idleMinutes: number;
  absoluteHours: number;
}

export interface NewSession {
  id: string;
  secretHash: string;
  address: string;
  userAgent: string;
}

const alive = (
  { idleMinutes, absoluteHours }: Record<
    keyof SessionClocks,
    number | Placeholder
  >,
) =>
  and(
    sql`${sessions.lastSeenAt} > now() - make_interval(mins => ${idleMinutes})`,
    sql`${sessions.createdAt} > now() - make_interval(hours => ${absoluteHours})`,
  );

const sessionById = builtOnce((db) =>
  db.select({
    id: sessions.id,
    secretHash: sessions.secretHash,
    stale: sql<
      boolean
    >`${sessions.lastSeenAt} < now() - interval '1 minute'`,
    userId: users.id,
    name: users.name,
    username: users.username,
    email: users.email,
    temporary: passwords.temporary,
    permissions: heldPermissions,
  }).from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .innerJoin(passwords, eq(passwords.userId, sessions.userId))
    .where(and(
      eq(sessions.id, sql.placeholder("id")),
      alive({
        idleMinutes: sql.placeholder("idleMinutes"),
        absoluteHours: sql.placeholder("absoluteHours"),
      }),
      sql`${users.disabledAt} is null`,
    )).prepare("session_by_id")
);

/** A session whose two clocks still run, with whom it belongs to, in one statement. */
export async function findSession(
  db: Database,
  id: string,
  clocks: SessionClocks,
) {
  const [row] = await sessionById(db).execute({ id, ...clocks });
  return row ?? null;
}

export async function touchSession(db: Database, id: string) {
  await db.update(sessions).set({ lastSeenAt: sql`now()` })
    .where(eq(sessions.id, id));
}

export async function insertSession(
  db: Database,
  session: NewSession & { userId: string },
) {
  await db.insert(sessions).values(session);
}

/** A user's open sessions, the last seen first. */
export async function listSessions(
  db: Database,
  userId: string,
  clocks: SessionClocks,
) {
  return await db.select({
    id: sessions.id,
    createdAt: sessions.createdAt,
    lastSeenAt: sessions.lastSeenAt,
    address: sessions.address,
    userAgent: sessions.userAgent,
  }).from(sessions)
    .where(and(eq(sessions.userId, userId), alive(clocks)))
    .orderBy(desc(sessions.lastSeenAt)).limit(100);
}

export type SessionRow = Awaited<ReturnType<typeof listSessions>>[number];

/** Ends a user's sessions: one, all, or all but one. Tells how many there were. */
export async function deleteSessions(
  db: Database,
  { userId, only, keep }: { userId: string; only?: string; keep?: string },
): Promise<number> {
  const ended = await db.delete(sessions).where(and(
    eq(sessions.userId, userId),
    only ? eq(sessions.id, only) : undefined,
    keep ? ne(sessions.id, keep) : undefined,
  )).returning({ id: sessions.id });
  return ended.length;
}

/** Rows of sessions that can no longer be resumed. */
export async function deleteOverSessions(
  db: Database,
  { idleMinutes, absoluteHours }: SessionClocks,
) {
  await rows(
    db,
    sql`delete from sessions
    where last_seen_at <= now() - make_interval(mins => ${idleMinutes})
       or created_at <= now() - make_interval(hours => ${absoluteHours})`,
  );
}
