import {
  type DueDelivery,
  leaseDeliveries,
  listDueWebhooks,
  recordAttempt,
} from "../db/webhook_deliveries.ts";
import type { Services } from "./context.ts";
import { logFailure } from "./failure_log.ts";
import { describeError } from "./log.ts";
import { retrySeconds } from "./retry.ts";
import { signWebhook } from "./webhook_secret.ts";
import {
  type WebhookTransport,
  WebhookTroubleError,
} from "./webhook_transport.ts";
import { pauseGoneWebhook } from "./webhook_changes.ts";
import { startWorker } from "./worker.ts";

/** Of one webhook; each has a lane of its own, so that a slow one keeps no other waiting. */
const AT_ONCE = 5;
/** Longer than a try takes. */
const LEASE_SECONDS = 60;
/** About a day. */
export const WEBHOOK_ATTEMPTS = 30;
/** The receiver wants no more (Standard Webhooks). */
const GONE = 410;

/** Sends what is due until it is stopped, as `startMailWorker` does. */
export function startWebhookWorker(
  services: Services,
  transport: WebhookTransport,
): () => Promise<void> {
  const lanes = new Map<string, Promise<number>>();
  const stop = startWorker(services, {
    name: "webhook_worker",
    work: async (stopping) => {
      const due = await listDueWebhooks(services.db);
      const free = due.filter(({ id }) => !lanes.has(id));
      for (const { id } of free) {
        const lane = runLane(services, transport, id, stopping)
          .finally(() => lanes.delete(id));
        lanes.set(id, lane);
      }
      return free.length;
    },
  });
  return async () => {
    await stop();
    await Promise.all(lanes.values());
  };
}

/** Tries everything that is due once. Tells how much there was. */
export async function deliverDueWebhooks(
  services: Services,
  transport: WebhookTransport,
): Promise<number> {
  const due = await listDueWebhooks(services.db);
  const tried = await Promise.all(
    due.map(({ id }) => runLane(services, transport, id)),
  );
  return tried.reduce((sum, it) => sum + it, 0);
}

/** What one webhook has waiting, a few at a time. Never throws. */
async function runLane(
  services: Services,
  transport: WebhookTransport,
  webhookId: string,
  stopping?: AbortSignal,
): Promise<number> {
  let tried = 0;
  try {
    while (!stopping?.aborted) {
      const due = await leaseDeliveries(services.db, {
        webhookId,
        limit: AT_ONCE,
        leaseSeconds: LEASE_SECONDS,
      });
      if (due.length === 0) break;
      await Promise.all(due.map((it) => deliver(services, transport, it)));
      tried += due.length;
    }
  } catch (error) {
    logFailure(services, "webhook_worker_failed", error, {
      webhook: webhookId,
    });
  }
  return tried;
}

async function deliver(
  services: Services,
  transport: WebhookTransport,
  due: DueDelivery,
) {
  const { db, log } = services;
  const { webhookId, eventId, attempts } = due;
  const said = await attempt(services, transport, due);
  const delivered = said.status !== null && said.status >= 200 &&
    said.status < 300;
  const over = said.status === GONE || attempts >= WEBHOOK_ATTEMPTS;
  const outcome = delivered ? "delivered" : over ? "failed" : "deferred";
  await recordAttempt(db, {
    webhookId,
    eventId,
    outcome,
    ...said,
    retrySeconds: outcome === "deferred" ? retrySeconds(attempts) : 0,
  });
  if (said.status === GONE) await pauseGoneWebhook(services, webhookId);
  if (delivered) return;
  log(over ? "error" : "warning", `webhook_${outcome}`, {
    webhook: webhookId,
    auditEvent: eventId,
    attempts,
    status: said.status,
  });
}

/** Whatever happens is an answer to be kept; what the receiver said is nobody's but the log of deliveries. */
async function attempt(
  { secrets, log }: Services,
  transport: WebhookTransport,
  due: DueDelivery,
): Promise<{ status: number | null; answer: string }> {
  const { webhookId, eventId } = due;
  const secret = secrets.open(due.sealedSecret, webhookId);
  if (secret === undefined) {
    return {
      status: null,
      answer: "the secret can't be opened by SECRET_KEY: renew it",
    };
  }
  const body = bodyOf(due);
  const headers = signWebhook({
    secret,
    id: `${eventId}_${webhookId}`,
    at: new Date(),
    body,
  });
  try {
    return await transport.post({
      url: due.url,
      headers: {
        "content-type": "application/json",
        "user-agent": "Passdesk",
        ...headers,
      },
      body,
    });
  } catch (error) {
    if (error instanceof WebhookTroubleError) {
      return { status: null, answer: error.message };
    }
    log("error", "webhook_worker_failed", {
      webhook: webhookId,
      ...describeError(error),
    });
    return { status: null, answer: "it could not be sent" };
  }
}

/** The same bytes each time. */
function bodyOf(due: DueDelivery): string {
  const at = new Date(due.atMs).toISOString();
  const { eventId: id, event, actorId, subjectId, address, requestId, detail } =
    due;
  return JSON.stringify({
    type: event,
    timestamp: at,
    data: { id, at, event, actorId, subjectId, address, requestId, detail },
  });
}
