import { and, desc, eq, gte, lt, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";
import type { Database } from "./client.ts";
import { auditEvents, users } from "./schema.ts";

export type NewAuditEvent = Omit<
  typeof auditEvents.$inferInsert,
  "id" | "at"
>;

export async function insertAuditEvents(
  db: Database,
  events: NewAuditEvent[],
) {
  await db.insert(auditEvents).values(
    events.map((event) => ({ id: uuidv7(), ...event })),
  );
}

export interface AuditFilter {
  /** Somebody who did it or to whom it was done. */
  personId?: string | undefined;
  event?: string | undefined;
  from?: Date | undefined;
  until?: Date | undefined;
  /** Only what is older than this event. */
  before?: string | undefined;
}

const actors = alias(users, "actors");
const subjects = alias(users, "subjects");

/** The newest first, paged by key. */
export async function listAuditEvents(
  db: Database,
  { personId, event, from, until, before }: AuditFilter,
  limit: number,
) {
  const common = and(
    event ? eq(auditEvents.event, event) : undefined,
    from ? gte(auditEvents.at, from) : undefined,
    until ? lt(auditEvents.at, until) : undefined,
    before ? lt(auditEvents.id, before) : undefined,
  );
  const newest = (where: SQL | undefined) =>
    db.select({ id: auditEvents.id }).from(auditEvents)
      .where(and(where, common)).orderBy(desc(auditEvents.id)).limit(limit);
  // One branch for each index: "actor or subject" in one condition would read neither in order.
  const ids = personId
    ? sql`(${newest(eq(auditEvents.subjectId, personId))}) union (${
      newest(eq(auditEvents.actorId, personId))
    })`
    : sql`${newest(undefined)}`;
  return await db.select({
    id: auditEvents.id,
    at: auditEvents.at,
    event: auditEvents.event,
    actorId: auditEvents.actorId,
    actorName: actors.name,
    subjectId: auditEvents.subjectId,
    subjectName: subjects.name,
    address: auditEvents.address,
    requestId: auditEvents.requestId,
    detail: auditEvents.detail,
  }).from(auditEvents)
    .leftJoin(actors, eq(actors.id, auditEvents.actorId))
    .leftJoin(subjects, eq(subjects.id, auditEvents.subjectId))
    .where(sql`${auditEvents.id} in (${ids})`)
    .orderBy(desc(auditEvents.id)).limit(limit);
}

export type AuditEventRow = Awaited<ReturnType<typeof listAuditEvents>>[number];
