import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import { type Database, rows } from "../../db/client.ts";
import { auditEvents, passwords, sessions } from "../../db/schema.ts";

/** What the database holds, read apart from the code under test. */
export async function sessionsOf(db: Database, userId: string) {
  return await db.select().from(sessions).where(eq(sessions.userId, userId));
}

export async function passwordOf(db: Database, userId: string) {
  const [row] = await db.select().from(passwords)
    .where(eq(passwords.userId, userId));
  return row;
}

/** A subject's events of one name, the newest first. */
export async function eventsOf(db: Database, subjectId: string, event: string) {
  return await db.select().from(auditEvents)
    .where(
      and(eq(auditEvents.subjectId, subjectId), eq(auditEvents.event, event)),
    )
    .orderBy(desc(auditEvents.id));
}

/** An actor's events of one name, the newest first. */
export async function actsOf(db: Database, actorId: string, event: string) {
  return await db.select().from(auditEvents)
    .where(and(eq(auditEvents.actorId, actorId), eq(auditEvents.event, event)))
    .orderBy(desc(auditEvents.id));
}

/** Changes the audit log as the owner of the tables can, and the program can't. */
export async function asOwner(db: Database, statement: SQL) {
  const tables = ["audit_events", "audit_seals"].map((it) =>
    sql.identifier(it)
  );
  for (const it of tables) {
    await db.execute(sql`alter table ${it} disable trigger user`);
  }
  await db.execute(statement);
  for (const it of tables) {
    await db.execute(sql`alter table ${it} enable trigger user`);
  }
}

/** Whether a statement waits for a lock that another one holds. */
export async function somebodyWaits(db: Database): Promise<boolean> {
  const waiting = await rows(
    db,
    sql`select 1 from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return waiting.length > 0;
}
