import {
  type AttemptRow,
  insertDelivery,
  listAttempts,
  listDeliveries,
  requeueDelivery,
} from "../db/webhook_deliveries.ts";
import { lockWebhook } from "../db/webhooks.ts";
import { recordAudit } from "./audit.ts";
import { authorizeActor } from "./authorization.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { ok, refuse, type Result } from "./result.ts";
import { inTransaction } from "./transaction.ts";
import type { ChangeWebhookFailure } from "./webhook_changes.ts";

export type { AttemptRow };

/** An event, what became of it, and each answer, the last one last. */
export type Delivery =
  & Awaited<ReturnType<typeof listDeliveries>>[number]
  & { answers: AttemptRow[] };

export interface DeliveryPage {
  deliveries: Delivery[];
  next: string | undefined;
}

const DELIVERIES_PER_PAGE = 25;

export async function findDeliveries(
  { db }: ServiceContext,
  { webhookId, before }: { webhookId: string; before?: string | undefined },
): Promise<DeliveryPage> {
  const found = await listDeliveries(db, {
    webhookId,
    before,
    limit: DELIVERIES_PER_PAGE + 1,
  });
  const shown = found.slice(0, DELIVERIES_PER_PAGE);
  const attempts = await listAttempts(db, {
    webhookId,
    eventIds: shown.map((it) => it.eventId),
  });
  return {
    deliveries: shown.map((it) => ({
      ...it,
      answers: attempts.filter(({ eventId }) => eventId === it.eventId),
    })),
    next: found.length > DELIVERIES_PER_PAGE
      ? shown.at(-1)?.eventId
      : undefined,
  };
}

/** An event that tells of nothing but itself, to one webhook, whatever it asks for. */
export async function testWebhook(
  context: ServiceContext,
  { actor, id: webhookId }: { actor: Actor; id: string },
): Promise<Result<void, ChangeWebhookFailure>> {
  return await inTransaction(context, async (tx) => {
    const allowed = await authorizeActor(tx, context, {
      actor,
      action: "manage_webhooks",
    });
    if (!allowed.ok) return allowed;
    if (!await lockWebhook(tx, webhookId)) {
      return refuse({ reason: "not_found" });
    }
    const eventId = await recordAudit(tx, context, {
      event: "webhook_tested",
      actorId: actor.userId,
      detail: { webhook: webhookId },
    });
    await insertDelivery(tx, { webhookId, eventId });
    return ok(undefined);
  });
}

/** The same event again, under the same id: a receiver that has had it knows. */
export async function redeliver(
  context: ServiceContext,
  { actor, id: webhookId, eventId }: {
    actor: Actor;
    id: string;
    eventId: string;
  },
): Promise<Result<void, ChangeWebhookFailure>> {
  return await inTransaction(context, async (tx) => {
    const allowed = await authorizeActor(tx, context, {
      actor,
      action: "manage_webhooks",
    });
    if (!allowed.ok) return allowed;
    if (!await requeueDelivery(tx, { webhookId, eventId })) {
      return refuse({ reason: "not_found" });
    }
    await recordAudit(tx, context, {
      event: "webhook_redelivered",
      actorId: actor.userId,
      detail: { webhook: webhookId, event: eventId },
    });
    return ok(undefined);
  });
}
