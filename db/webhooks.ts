import { and, count, desc, eq, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { webhookDeliveries, webhooks } from "./schema_programs.ts";
import { users } from "./schema.ts";

/** For those who may change the list, one at a time. */
export async function lockWebhooks(db: Database) {
  await db.execute(sql`select pg_advisory_xact_lock(72773377)`);
}

export async function countWebhooks(db: Database): Promise<number> {
  const [row] = await db.select({ webhooks: count() }).from(webhooks);
  return row!.webhooks;
}

export async function insertWebhook(
  db: Database,
  webhook: Omit<typeof webhooks.$inferInsert, "active" | "createdAt">,
) {
  await db.insert(webhooks).values(webhook);
}

/** All of them, the oldest first: there are a few dozen at most. Each with the last event that was tried. */
export async function listWebhooks(db: Database) {
  const last = db.select({
    eventId: webhookDeliveries.eventId,
    state: webhookDeliveries.state,
    createdAt: webhookDeliveries.createdAt,
  }).from(webhookDeliveries).where(and(
    eq(webhookDeliveries.webhookId, webhooks.id),
    sql`${webhookDeliveries.attempts} > 0`,
  )).orderBy(desc(webhookDeliveries.eventId)).limit(1).as("last");
  return await db.select({
    id: webhooks.id,
    url: webhooks.url,
    events: webhooks.events,
    active: webhooks.active,
    lastState: last.state,
    lastAt: last.createdAt,
  }).from(webhooks).leftJoinLateral(last, sql`true`).orderBy(webhooks.id);
}

export type WebhookRow = Awaited<ReturnType<typeof listWebhooks>>[number];

/** Without its secret, which nothing but sending needs. */
export async function findWebhook(db: Database, id: string) {
  const [row] = await db.select({
    id: webhooks.id,
    url: webhooks.url,
    events: webhooks.events,
    active: webhooks.active,
    createdAt: webhooks.createdAt,
    createdByName: users.name,
  }).from(webhooks).leftJoin(users, eq(users.id, webhooks.createdBy))
    .where(eq(webhooks.id, id));
  return row ?? null;
}

export type WebhookDetails = NonNullable<
  Awaited<ReturnType<typeof findWebhook>>
>;

/** Null where there is none (any more). */
export async function lockWebhook(db: Database, id: string) {
  const [row] = await db.select({
    url: webhooks.url,
    events: webhooks.events,
    active: webhooks.active,
  }).from(webhooks).where(eq(webhooks.id, id)).for("no key update");
  return row ?? null;
}

export async function updateWebhook(
  db: Database,
  id: string,
  change: Partial<
    Pick<
      typeof webhooks.$inferInsert,
      "url" | "events" | "active" | "sealedSecret"
    >
  >,
) {
  await db.update(webhooks).set(change).where(eq(webhooks.id, id));
}

/** With its deliveries and what was answered to them. */
export async function deleteWebhook(db: Database, id: string) {
  await db.delete(webhooks).where(eq(webhooks.id, id));
}
