import {
  and,
  desc,
  eq,
  inArray,
  ne,
  type Placeholder,
  type SQL,
  sql,
} from "drizzle-orm";
import { type Database, rows } from "./client.ts";
import { isWithin } from "./clocks.ts";
import { type Given, statement } from "./prepared.ts";
import { passwords, type Permission, sessions, users } from "./schema.ts";
import { heldPermissions, secondFactor } from "./users.ts";

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

/** What a session's cookie holds, its secret as a hash. */
export interface Bearer extends SessionClocks {
  id: string;
  secretHash: string;
}

/** A session that goes on, and whose it is. */
export interface ResumedSession {
  id: string;
  userId: string;
  name: string;
  username: string;
  email: string | null;
  temporary: boolean;
  permissions: Permission[];
  secondFactor: boolean;
  /** Has authenticators to confirm. */
  suspended: boolean;
  /** Last seen so long ago that it is worth a note. */
  stale: boolean;
  /** Seconds until it ends if nobody asks for anything. */
  idleSeconds: number;
  /** Seconds until it ends in any case. */
  endSeconds: number;
}

const alive = (
  { idleMinutes, absoluteHours }: Record<
    keyof SessionClocks,
    number | Placeholder
  >,
) =>
  and(
    isWithin(sessions.lastSeenAt, sql`make_interval(mins => ${idleMinutes})`),
    isWithin(
      sessions.createdAt,
      sql`make_interval(hours => ${absoluteHours})`,
    ),
  );

const secondsUntil = (at: SQL) =>
  sql`floor(extract(epoch from ${at} - now()))::int`;

/**
 * The session of a bearer while its two clocks run, with its user: `ResumedSession`. A statement by itself, or a
 * part of one that gives nothing without it. By the secret's hash, so that no comparison's time tells of the
 * secret (ASVS 11.2.4).
 */
export function openSession(given: Given<Bearer>): SQL {
  const idle = sql`make_interval(mins => ${given((it) => it.idleMinutes)})`;
  return sql`
    select sessions.id, users.id as "userId", users.name, users.username, users.email,
      passwords.temporary, ${heldPermissions} as permissions, ${secondFactor} as "secondFactor",
      users.authenticators_suspended is not null as suspended,
      sessions.last_seen_at < now() - least(interval '1 minute', ${idle} / 10) as stale,
      ${secondsUntil(sql`${sessions.lastSeenAt} + ${idle}`)} as "idleSeconds",
      ${
    secondsUntil(
      sql`${sessions.createdAt} + make_interval(hours => ${
        given((it) => it.absoluteHours)
      })`,
    )
  } as "endSeconds"
    from sessions join users on users.id = sessions.user_id
      join passwords on passwords.user_id = sessions.user_id
    where sessions.id = ${given((it) => it.id)}::uuid
      and sessions.secret_hash = ${given((it) => it.secretHash)}
      and ${
    alive({
      idleMinutes: given((it) => it.idleMinutes),
      absoluteHours: given((it) => it.absoluteHours),
    })
  }
      and users.disabled_at is null and not sessions.pending`;
}

const sessionOf = statement<Bearer, ResumedSession>(openSession);

export async function findSession(
  db: Database,
  bearer: Bearer,
): Promise<ResumedSession | null> {
  return (await sessionOf(db, bearer))[0] ?? null;
}

/** Does the session with this id still run? */
export async function isSessionOpen(
  db: Database,
  { id, clocks }: { id: string; clocks: SessionClocks },
): Promise<boolean> {
  const found = await db.select({ id: sessions.id }).from(sessions)
    .where(and(eq(sessions.id, id), alive(clocks))).limit(1);
  return found.length > 0;
}

export async function touchSession(db: Database, id: string) {
  await db.update(sessions).set({ lastSeenAt: sql`now()` })
    .where(eq(sessions.id, id));
}

export async function insertSession(
  db: Database,
  session: NewSession & { userId: string; pending?: boolean },
) {
  await db.insert(sessions).values(session);
}

/** Minutes in which the second factor has to follow the password. */
export const PENDING_MINUTES = 10;

/** A sign-in that waits for its second factor, and whose it is. */
export async function findPendingSession(db: Database, id: string) {
  const [row] = await db.select({
    id: sessions.id,
    secretHash: sessions.secretHash,
    userId: users.id,
    username: users.username,
    temporary: passwords.temporary,
    passkeys: sql<
      boolean
    >`exists(select from passkeys where passkeys.user_id = ${users.id})`,
  }).from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .innerJoin(passwords, eq(passwords.userId, sessions.userId))
    .where(and(
      eq(sessions.id, id),
      sessions.pending,
      isWithin(
        sessions.createdAt,
        sql`make_interval(mins => ${PENDING_MINUTES})`,
      ),
      sql`${users.disabledAt} is null`,
    ));
  return row ?? null;
}

/** One's own session while it is there; whether somebody proved to sit there in the last `minutes`. */
export async function findOwnSession(
  db: Database,
  { userId, sessionId, minutes }: {
    userId: string;
    sessionId: string;
    minutes: number;
  },
) {
  const [row] = await db.select({
    checked: sql<
      boolean
    >`${isWithin(sessions.checkedAt, sql`make_interval(mins => ${minutes})`)}`,
  }).from(sessions).where(and(
    eq(sessions.id, sessionId),
    eq(sessions.userId, userId),
    eq(sessions.pending, false),
  ));
  return row ?? null;
}

/** The same session under a new secret, with the proof just given. False where it has ended. */
export async function renewSession(
  db: Database,
  { id, secretHash }: { id: string; secretHash: string },
): Promise<boolean> {
  return (await db.update(sessions)
    .set({ secretHash, checkedAt: sql`now()` })
    .where(and(eq(sessions.id, id), eq(sessions.pending, false)))
    .returning({ id: sessions.id })).length === 1;
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
    .where(and(
      eq(sessions.userId, userId),
      eq(sessions.pending, false),
      alive(clocks),
    ))
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

/** Ends all sessions of some users, or all but one. Tells whose they were, an entry each. */
export async function deleteSessionsOf(
  db: Database,
  { userIds, keep }: { userIds: string[]; keep?: string | undefined },
): Promise<string[]> {
  const ended = await db.delete(sessions).where(and(
    inArray(sessions.userId, userIds),
    keep ? ne(sessions.id, keep) : undefined,
  ))
    .returning({ userId: sessions.userId });
  return ended.map((it) => it.userId);
}

/** How many sessions are open, one left out, and of how many users. */
export async function countOpenSessions(
  db: Database,
  { clocks, keep }: { clocks: SessionClocks; keep: string },
): Promise<{ sessions: number; users: number }> {
  const [counted] = await db.select({
    sessions: sql<number>`count(*)::int`,
    users: sql<number>`count(distinct ${sessions.userId})::int`,
  }).from(sessions).where(and(
    ne(sessions.id, keep),
    eq(sessions.pending, false),
    alive(clocks),
  ));
  return counted!;
}

/**
 * Ends the sessions of all users, but for one where it is named. The table is locked first: two statements that
 * delete several rows each in orders of their own could deadlock.
 */
export async function deleteAllSessions(
  db: Database,
  { keep }: { keep?: string | undefined },
): Promise<{ sessions: number; users: number }> {
  await db.execute(sql`lock table ${sessions} in share row exclusive mode`);
  const [ended] = await rows<{ sessions: number; users: number }>(
    db,
    sql`
    with ended as (
      delete from ${sessions} where ${keep ?? null}::uuid is null or id <> ${
      keep ?? null
    }::uuid returning user_id
    )
    select count(*)::int as sessions, count(distinct user_id)::int as users from ended`,
  );
  return ended!;
}

/** Rows of sessions that can't be resumed: once they are gone, no clock that is set back revives them. */
export async function deleteOverSessions(
  db: Database,
  clocks: SessionClocks,
) {
  const pendingOver =
    sql`${sessions.pending} and ${sessions.createdAt} <= now() - make_interval(mins => ${PENDING_MINUTES})`;
  await rows(
    db,
    sql`delete from sessions where not ${alive(clocks)} or ${pendingOver}`,
  );
}
