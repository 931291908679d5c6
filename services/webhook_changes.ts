import type { Database } from "../db/client.ts";
import { deleteWebhook, lockWebhook, updateWebhook } from "../db/webhooks.ts";
import { recordAudit } from "./audit.ts";
import { authorizeActor, type Forbidden } from "./authorization.ts";
import type { Actor, ServiceContext, Services } from "./context.ts";
import type { OwnAccountFailure } from "./own_account.ts";
import { ok, refuse, type Result } from "./result.ts";
import { inTransaction } from "./transaction.ts";
import { createWebhookSecret } from "./webhook_secret.ts";
import {
  authorizeChecked,
  judgeWebhook,
  type JudgeWebhookFailure,
  told,
  type WebhookInput,
} from "./webhooks.ts";

export type ChangeWebhookFailure = Forbidden | { reason: "not_found" };

/** Another address, or other events. What waits goes to the new address. */
export async function changeWebhook(
  context: ServiceContext,
  { actor, id, input }: { actor: Actor; id: string; input: WebhookInput },
): Promise<
  Result<
    void,
    JudgeWebhookFailure | ChangeWebhookFailure | OwnAccountFailure
  >
> {
  const judged = judgeWebhook(context, input);
  if (!judged.ok) return judged;
  return await change(context, {
    actor,
    id,
    checked: true,
    changing: async (tx) => {
      await updateWebhook(tx, id, judged.value);
      return told(judged.value);
    },
  });
}

/** A new secret, told this one time; the old one signs nothing any more. */
export async function renewWebhookSecret(
  context: ServiceContext,
  { actor, id }: { actor: Actor; id: string },
): Promise<Result<string, ChangeWebhookFailure | OwnAccountFailure>> {
  const secret = createWebhookSecret();
  const changed = await change(context, {
    actor,
    id,
    checked: true,
    changing: async (tx) => {
      await updateWebhook(tx, id, {
        sealedSecret: context.secrets.seal(secret, id),
      });
      return { secret: "renewed" };
    },
  });
  return changed.ok ? ok(secret) : changed;
}

/** Paused, nothing is queued for it, and what waits goes on waiting. */
export async function setWebhookActive(
  context: ServiceContext,
  { actor, id, active }: { actor: Actor; id: string; active: boolean },
): Promise<Result<void, ChangeWebhookFailure>> {
  return await change(context, {
    actor,
    id,
    changing: async (tx, before) => {
      if (before.active === active) return undefined;
      await updateWebhook(tx, id, { active });
      return { active };
    },
  });
}

/** Its receiver has answered that it is gone: nothing is sent there until somebody looks. */
export async function pauseGoneWebhook({ db }: Services, id: string) {
  await db.transaction(async (tx) => {
    const webhook = await lockWebhook(tx, id);
    if (!webhook?.active) return;
    await updateWebhook(tx, id, { active: false });
    await recordAudit(tx, { requestId: "webhook", address: "none" }, {
      event: "webhook_changed",
      detail: { webhook: id, active: false, answered: 410 },
    });
  });
}

/** With its log of deliveries. Removed by a colleague meanwhile, it is removed all the same. */
export async function removeWebhook(
  context: ServiceContext,
  { actor, id }: { actor: Actor; id: string },
): Promise<Result<void, Forbidden>> {
  const removed = await change(context, {
    actor,
    id,
    event: "webhook_removed",
    changing: async (tx, { url, events }) => {
      await deleteWebhook(tx, id);
      return told({ url, events });
    },
  });
  return removed.ok || removed.failure.reason === "not_found"
    ? ok(undefined)
    : refuse(removed.failure);
}

type Changing = (
  tx: Database,
  before: NonNullable<Awaited<ReturnType<typeof lockWebhook>>>,
) => Promise<Record<string, unknown> | undefined>;

interface Change {
  actor: Actor;
  id: string;
  event?: "webhook_changed" | "webhook_removed";
  /** Gives what the log is told of it; undefined where nothing had to change. */
  changing: Changing;
}

/** Authorization, lock, change and event in one transaction. Where `checked`, after a recent check of the password. */
function change(
  context: ServiceContext,
  given: Change & { checked: true },
): Promise<Result<void, ChangeWebhookFailure | OwnAccountFailure>>;
function change(
  context: ServiceContext,
  given: Change,
): Promise<Result<void, ChangeWebhookFailure>>;
async function change(
  context: ServiceContext,
  { actor, id, changing, checked, event = "webhook_changed" }: Change & {
    checked?: boolean;
  },
): Promise<Result<void, ChangeWebhookFailure | OwnAccountFailure>> {
  return await inTransaction(context, async (tx) => {
    const allowed = checked
      ? await authorizeChecked(tx, context, actor)
      : await authorizeActor(tx, context, { actor, action: "manage_webhooks" });
    if (!allowed.ok) return allowed;
    const before = await lockWebhook(tx, id);
    if (!before) return refuse({ reason: "not_found" });
    const detail = await changing(tx, before);
    if (detail) {
      await recordAudit(tx, context, {
        event,
        actorId: actor.userId,
        detail: { webhook: id, ...detail },
      });
    }
    return ok(undefined);
  });
}
