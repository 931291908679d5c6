import { and, asc, desc, eq, inArray, lt, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { readableAt, readableDetail } from "./audit_columns.ts";
import { type Database, rows } from "./client.ts";
import { isDue } from "./clocks.ts";
import { auditEvents } from "./schema.ts";
import { webhookAttempts, webhookDeliveries } from "./schema_programs.ts";

/** Beside the trigger that queues what a webhook asks for: one event for one webhook. */
export async function insertDelivery(
  db: Database,
  delivery: { webhookId: string; eventId: string },
) {
  await db.insert(webhookDeliveries).values(delivery).onConflictDoNothing();
}

/** Queues a delivery once more, from the first try on. False where it is not in the log (any more). */
export async function requeueDelivery(
  db: Database,
  { webhookId, eventId }: { webhookId: string; eventId: string },
): Promise<boolean> {
  return (await db.update(webhookDeliveries).set({
    state: "queued",
    attempts: 0,
    dueAt: sql`now()`,
  }).where(and(
    eq(webhookDeliveries.webhookId, webhookId),
    eq(webhookDeliveries.eventId, eventId),
  )).returning({ eventId: webhookDeliveries.eventId })).length === 1;
}

/** The webhooks that have something to be sent now. */
export async function listDueWebhooks(db: Database): Promise<{ id: string }[]> {
  return await rows(
    db,
    sql`
    select id from webhooks where active and exists (
      select 1 from webhook_deliveries
      where webhook_id = webhooks.id and state = 'queued' and ${
      isDue(sql`due_at`)
    }
    )`,
  );
}

/** What is to be sent now, and to whom. */
export interface DueDelivery {
  webhookId: string;
  eventId: string;
  attempts: number;
  url: string;
  sealedSecret: string;
  /** Since 1970. */
  atMs: number;
  event: string;
  actorId: string | null;
  subjectId: string | null;
  address: string;
  requestId: string;
  detail: Record<string, unknown>;
}

/** Takes some that are due of one webhook, as `leaseMails` does; none while it is paused. */
export async function leaseDeliveries(
  db: Database,
  { webhookId, limit, leaseSeconds }: {
    webhookId: string;
    limit: number;
    leaseSeconds: number;
  },
): Promise<DueDelivery[]> {
  return await rows(
    db,
    sql`
    with leased as (
      update webhook_deliveries set attempts = attempts + 1,
        due_at = now() + make_interval(secs => ${leaseSeconds})
      where webhook_id = ${webhookId}::uuid and event_id in (
        select event_id from webhook_deliveries
        where webhook_id = ${webhookId}::uuid and state = 'queued' and ${
      isDue(sql`due_at`)
    }
          and exists (select 1 from webhooks where id = ${webhookId}::uuid and active)
        order by due_at limit ${limit} for update skip locked
      )
      returning event_id, attempts
    )
    select w.id as "webhookId", e.id as "eventId", leased.attempts, w.url,
      w.sealed_secret as "sealedSecret", (extract(epoch from ${
      readableAt(sql`e.at`)
    }) * 1000)::float8 as "atMs",
      e.event, e.actor_id as "actorId", e.subject_id as "subjectId", e.address,
      e.request_id as "requestId", ${readableDetail(sql`e.detail`)} as detail
    from leased join audit_events e on e.id = leased.event_id
      join webhooks w on w.id = ${webhookId}::uuid
    order by e.id`,
  );
}

export interface DeliveryAttempt {
  webhookId: string;
  eventId: string;
  outcome: "delivered" | "deferred" | "failed";
  status: number | null;
  /** What was answered, or what kept it from being. */
  answer: string;
  /** Until a deferred one is tried again. */
  retrySeconds: number;
}

/** One statement; nothing where the webhook was removed meanwhile. It locks the webhook first, as a removal does. */
export async function recordAttempt(
  db: Database,
  { webhookId, eventId, outcome, status, answer, retrySeconds }:
    DeliveryAttempt,
) {
  await db.execute(sql`
    with hook as (
      select id from webhooks where id = ${webhookId}::uuid for key share
    ), moved as (
      update webhook_deliveries set
        state = case when ${outcome} = 'deferred' then 'queued' else ${outcome} end,
        due_at = now() + make_interval(secs => ${retrySeconds})
      from hook where webhook_id = hook.id and event_id = ${eventId}::uuid
      returning webhook_id, event_id
    )
    insert into webhook_attempts (id, webhook_id, event_id, outcome, status, answer)
    select ${uuidv7()}::uuid, webhook_id, event_id, ${outcome}, ${status}::int, ${answer}
    from moved`);
}

/** A webhook's log, the newest event first, paged by key. */
export async function listDeliveries(
  db: Database,
  { webhookId, before, limit }: {
    webhookId: string;
    before?: string | undefined;
    limit: number;
  },
) {
  return await db.select({
    eventId: webhookDeliveries.eventId,
    event: auditEvents.event,
    state: webhookDeliveries.state,
    createdAt: webhookDeliveries.createdAt,
    dueAt: webhookDeliveries.dueAt,
  }).from(webhookDeliveries)
    .innerJoin(auditEvents, eq(auditEvents.id, webhookDeliveries.eventId))
    .where(and(
      eq(webhookDeliveries.webhookId, webhookId),
      before ? lt(webhookDeliveries.eventId, before) : undefined,
    )).orderBy(desc(webhookDeliveries.eventId)).limit(limit);
}

/** What was answered to some deliveries of a webhook, the oldest first. */
export async function listAttempts(
  db: Database,
  { webhookId, eventIds }: { webhookId: string; eventIds: string[] },
) {
  if (eventIds.length === 0) return [];
  return await db.select({
    id: webhookAttempts.id,
    eventId: webhookAttempts.eventId,
    at: webhookAttempts.at,
    outcome: webhookAttempts.outcome,
    status: webhookAttempts.status,
    answer: webhookAttempts.answer,
  }).from(webhookAttempts).where(and(
    eq(webhookAttempts.webhookId, webhookId),
    inArray(webhookAttempts.eventId, eventIds),
  )).orderBy(asc(webhookAttempts.id));
}

export type AttemptRow = Awaited<ReturnType<typeof listAttempts>>[number];

/** Older than the log goes back; what still waits by then, waits for a webhook that was paused and forgotten. */
export async function deleteOldDeliveries(db: Database) {
  await db.delete(webhookDeliveries).where(
    sql`${webhookDeliveries.createdAt} < now() - interval '90 days'`,
  );
}

export async function deleteOldDeliveryAttempts(db: Database) {
  await db.delete(webhookAttempts).where(
    sql`${webhookAttempts.at} < now() - interval '90 days'`,
  );
}
