import {
  and,
  desc,
  eq,
  gt,
  gte,
  lt,
  type Placeholder,
  type SQL,
  sql,
} from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { v7 as uuidv7 } from "uuid";
import { readableAt, readableDetail } from "./audit_columns.ts";
import { type Database, rows } from "./client.ts";
import { builtOnce } from "./prepared.ts";
import { auditEvents, users } from "./schema.ts";
import { firstIdAt } from "./uuid_times.ts";

export type NewAuditEvent = Omit<
  typeof auditEvents.$inferInsert,
  "id" | "at"
>;

const insertion = builtOnce((db) =>
  db.insert(auditEvents).values({
    id: sql.placeholder("id"),
    event: sql.placeholder("event"),
    actorId: sql.placeholder("actorId"),
    subjectId: sql.placeholder("subjectId"),
    address: sql.placeholder("address"),
    requestId: sql.placeholder("requestId"),
    detail: sql.placeholder("detail"),
  }).prepare("insert_audit_event")
);

/** Gives the event's id. */
export async function insertAuditEvent(
  db: Database,
  event: NewAuditEvent,
): Promise<string> {
  const id = uuidv7();
  await insertion(db).execute({
    id,
    actorId: null,
    subjectId: null,
    detail: {},
    ...event,
  });
  return id;
}

/** Many at once, for a batch of a job. */
export async function insertAuditEvents(db: Database, events: NewAuditEvent[]) {
  if (events.length === 0) return;
  await db.insert(auditEvents)
    .values(events.map((it) => ({ id: uuidv7(), ...it })));
}

/** That somebody looks at a user. */
export type View = NewAuditEvent & { actorId: string; subjectId: string };

/** Writes it down; nothing where there is no such user. */
export async function insertView(db: Database, view: View) {
  await rows(db, viewInsertion(viewValues(view)));
}

export function viewValues(view: View) {
  const { event, actorId, subjectId, address, requestId, detail = {} } = view;
  return {
    viewId: uuidv7(),
    event,
    actorId,
    subjectId,
    address,
    requestId,
    detail: JSON.stringify(detail),
  };
}

/** The statement, or a part of one that reads the user. */
export function viewInsertion(
  view: Record<keyof ReturnType<typeof viewValues>, string | Placeholder>,
): SQL {
  return sql`
    insert into audit_events (id, event, actor_id, subject_id, address, request_id, detail)
    select ${view.viewId}::uuid, ${view.event}, ${view.actorId}::uuid, id,
      ${view.address}, ${view.requestId}, ${view.detail}::jsonb
    from users where id = ${view.subjectId}`;
}

export interface AuditFilter {
  /** Somebody who did it or to whom it was done. */
  personId?: string | undefined;
  event?: string | undefined;
  from?: Date | undefined;
  until?: Date | undefined;
  /** Only what is older than this event. */
  before?: string | undefined;
  /** The first id of the future: only events before it; or, where `ahead`, only the others. */
  firstIdAhead: string;
  ahead: boolean;
}

const actors = alias(users, "actors");
const subjects = alias(users, "subjects");

/** The newest first, paged by key. */
export async function listAuditEvents(
  db: Database,
  { personId, event, from, until, before, firstIdAhead, ahead }: AuditFilter,
  limit: number,
) {
  const filter = and(
    event ? eq(auditEvents.event, event) : undefined,
    from ? gte(auditEvents.at, from) : undefined,
    // Ids order by time too: with them the index begins at the day, however much is newer.
    until
      ? and(lt(auditEvents.at, until), lt(auditEvents.id, firstIdBehind(until)))
      : undefined,
    before ? lt(auditEvents.id, before) : undefined,
    ahead
      ? gte(auditEvents.id, firstIdAhead)
      : lt(auditEvents.id, firstIdAhead),
  );
  return await selectEvents(db, { personId, filter, limit });
}

const recentEvents = builtOnce((db) =>
  selectEvents(db, {
    personId: sql.placeholder("personId"),
    filter:
      sql`${auditEvents.event} <> 'sensitive_read' and ${auditEvents.id} < ${
        sql.placeholder("firstIdAhead")
      }::uuid`,
    limit: sql.placeholder("limit"),
  }).prepare("recent_events")
);

/** What somebody did or had done to them, the newest first; not who looked. */
export async function listRecentEvents(
  db: Database,
  { personId, firstIdAhead, limit }: {
    personId: string;
    /** As in `AuditFilter`. */
    firstIdAhead: string;
    limit: number;
  },
) {
  return await recentEvents(db).execute({ personId, firstIdAhead, limit });
}

/** Who entered a user's email address last, at the making of the account or later; null where the log doesn't tell. */
export async function findEmailEntry(db: Database, userId: string) {
  const [entry] = await named(db).where(and(
    eq(auditEvents.subjectId, userId),
    sql`${auditEvents.event} <> 'sensitive_read'`, // the index of what was done to somebody
    sql`(${auditEvents.event} = 'user_created' or ${auditEvents.event} = 'user_updated'
      and ${auditEvents.detail} -> 'fields' @> '"email"')`,
  )).orderBy(desc(auditEvents.id)).limit(1);
  return entry ?? null;
}

/** Who did to a user what a mail tells: the event of its own transaction, so at the same moment; null for nobody. */
export async function findActorOfMail(
  db: Database,
  { mailId, userId }: { mailId: string; userId: string },
): Promise<string | null> {
  const [event] = await db.select({ actorId: auditEvents.actorId })
    .from(auditEvents).where(and(
      eq(auditEvents.subjectId, userId),
      sql`${auditEvents.event} <> 'sensitive_read'`,
      sql`${auditEvents.at} = (select created_at from mails where mails.id = ${mailId})`,
    )).orderBy(auditEvents.id).limit(1);
  return event?.actorId ?? null;
}

/** Is there an event with this id or a higher one? */
export async function hasEventFrom(db: Database, id: string): Promise<boolean> {
  const found = await db.select({ id: auditEvents.id }).from(auditEvents)
    .where(gte(auditEvents.id, id)).limit(1);
  return found.length > 0;
}

function selectEvents(
  db: Pick<Database, "select">,
  { personId, filter, limit }: {
    personId?: string | Placeholder | undefined;
    filter?: SQL | undefined;
    limit: number | Placeholder;
  },
) {
  const newest = (where?: SQL) =>
    db.select({ id: auditEvents.id }).from(auditEvents)
      .where(and(where, filter)).orderBy(desc(auditEvents.id)).limit(limit);
  // One branch for each index: "actor or subject" in one condition would read neither in order.
  const ids = personId
    ? sql`(${newest(eq(auditEvents.subjectId, personId))}) union (${
      newest(eq(auditEvents.actorId, personId))
    })`
    : sql`${newest()}`;
  return named(db).where(sql`${auditEvents.id} in (${ids})`)
    .orderBy(desc(auditEvents.id)).limit(limit);
}

/** Events with the names of who is in them. */
function named(db: Pick<Database, "select">) {
  return db.select({
    id: auditEvents.id,
    at: readableAt(auditEvents.at).mapWith(auditEvents.at).as("at"),
    event: auditEvents.event,
    actorId: auditEvents.actorId,
    actorName: actors.name,
    subjectId: auditEvents.subjectId,
    subjectName: subjects.name,
    address: auditEvents.address,
    requestId: auditEvents.requestId,
    detail: readableDetail(auditEvents.detail).mapWith(auditEvents.detail)
      .as("detail"),
  }).from(auditEvents)
    .leftJoin(actors, eq(actors.id, auditEvents.actorId))
    .leftJoin(subjects, eq(subjects.id, auditEvents.subjectId));
}

/** The oldest first, behind one event and up to those made at `until`. */
export async function listAuditEventsAfter(
  db: Database,
  { after, until, limit }: {
    after?: string | undefined;
    until: Date;
    limit: number;
  },
) {
  return await named(db).where(and(
    after ? gt(auditEvents.id, after) : undefined,
    lt(auditEvents.id, firstIdAt(until)),
  )).orderBy(auditEvents.id).limit(limit);
}

/** Of a minute later: the program's clock may be a little behind the database's. */
function firstIdBehind(time: Date): string {
  return firstIdAt(new Date(time.getTime() + 60_000));
}

export type AuditEventRow = Awaited<ReturnType<typeof listAuditEvents>>[number];
