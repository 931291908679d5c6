import { v7 as uuidv7 } from "uuid";
import type { Database } from "../db/client.ts";
import {
  countWebhooks,
  findWebhook,
  insertWebhook,
  listWebhooks,
  lockWebhooks,
  type WebhookDetails,
  type WebhookRow,
} from "../db/webhooks.ts";
import { AUDIT_EVENTS, type AuditEventName, recordAudit } from "./audit.ts";
import { authorizeActor, type Forbidden } from "./authorization.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { lockOwnAccount, type OwnAccountFailure } from "./own_account.ts";
import { ok, refuse, type Result } from "./result.ts";
import { inTransaction } from "./transaction.ts";
import { createWebhookSecret } from "./webhook_secret.ts";
import { judgeTarget, type JudgeTargetFailure } from "./webhook_targets.ts";

export type { WebhookDetails, WebhookRow };

/** The trigger asks each of them with each event. */
export const WEBHOOKS_AT_MOST = 50;

export interface WebhookInput {
  url: string;
  events: AuditEventName[];
}

export type JudgeWebhookFailure = JudgeTargetFailure | { reason: "no_event" };
export type CreateWebhookFailure =
  | JudgeWebhookFailure
  | { reason: "too_many" }
  | Forbidden
  | OwnAccountFailure;

export async function findWebhooks(
  { db }: ServiceContext,
): Promise<WebhookRow[]> {
  return await listWebhooks(db);
}

export async function getWebhook(
  { db }: ServiceContext,
  id: string,
): Promise<WebhookDetails | null> {
  return await findWebhook(db, id);
}

/** The value's secret is told this one time. */
export async function createWebhook(
  context: ServiceContext,
  { actor, input }: { actor: Actor; input: WebhookInput },
): Promise<Result<{ id: string; secret: string }, CreateWebhookFailure>> {
  const judged = judgeWebhook(context, input);
  if (!judged.ok) return judged;
  return await inTransaction(context, async (tx) => {
    const allowed = await authorizeChecked(tx, context, actor);
    if (!allowed.ok) return allowed;
    await lockWebhooks(tx);
    if (await countWebhooks(tx) >= WEBHOOKS_AT_MOST) {
      return refuse({ reason: "too_many" });
    }
    const [id, secret] = [uuidv7(), createWebhookSecret()];
    await insertWebhook(tx, {
      id,
      ...judged.value,
      sealedSecret: context.secrets.seal(secret, id),
      createdBy: actor.userId,
    });
    await recordAudit(tx, context, {
      event: "webhook_created",
      actorId: actor.userId,
      detail: { webhook: id, ...told(judged.value) },
    });
    return ok({ id, secret });
  });
}

/** As `authorizeActor`, and after a recent check of the password. */
export async function authorizeChecked(
  tx: Database,
  context: ServiceContext,
  actor: Actor,
): Promise<Result<void, Forbidden | OwnAccountFailure>> {
  const allowed = await authorizeActor(tx, context, {
    actor,
    action: "manage_webhooks",
  });
  return allowed.ok ? await lockOwnAccount(tx, actor) : allowed;
}

/** The URL as it is asked for, and the events in their order. */
export function judgeWebhook(
  { settings }: ServiceContext,
  { url, events }: WebhookInput,
): Result<WebhookInput, JudgeWebhookFailure> {
  const target = judgeTarget(settings.WEBHOOK_TARGETS, url);
  if (!target.ok) return target;
  if (events.length === 0) return refuse({ reason: "no_event" });
  return ok({
    url: target.value.href,
    events: AUDIT_EVENTS.filter((it) => events.includes(it)),
  });
}

/** What the log has of it. The host alone: what follows it may be as good as a password. */
export function told({ url, events }: { url: string; events: string[] }) {
  return { host: new URL(url).host, events };
}
