import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import { isCheckedLately } from "../services/own_account.ts";
import type { Forbidden } from "../services/authorization.ts";
import type { OwnAccountFailure } from "../services/own_account.ts";
import type { Result } from "../services/result.ts";
import {
  changeWebhook,
  type ChangeWebhookFailure,
  removeWebhook,
  renewWebhookSecret,
  setWebhookActive,
} from "../services/webhook_changes.ts";
import {
  findDeliveries,
  redeliver,
  testWebhook,
} from "../services/webhook_deliveries.ts";
import { getWebhook, type WebhookDetails } from "../services/webhooks.ts";
import {
  RemoveWebhookPage,
  RenewSecretPage,
  Webhook,
  WebhookPage,
  WebhookSecretPage,
} from "../views/webhook.tsx";
import { toCheck } from "./account_check.tsx";
import type { AppEnv } from "./env.ts";
import { readFields, readQuery } from "./form.ts";
import { restoreForm } from "./kept_forms.ts";
import { notOpen } from "./refuse_action.ts";
import { redirect, respond, wantsFragment } from "./respond.tsx";
import { notFound } from "./trouble.tsx";
import { readWebhookInput, webhookErrors } from "./webhook_fields.ts";
import { respondForm } from "./webhooks.tsx";

const DONE = {
  changed: "The webhook is saved.",
  paused: "The webhook is paused.",
  active: "The webhook goes on.",
  tested: "The test event is on its way. Look again in a moment.",
  redelivered: "The event is on its way again. Look again in a moment.",
};

const Query = z.object({
  before: z.uuid().optional().catch(undefined),
  done: z.enum(Object.keys(DONE) as (keyof typeof DONE)[]).optional()
    .catch(undefined),
});
const PauseFields = z.object({
  paused: z.enum(["yes", "no"]).transform((it) => it === "yes"),
});
const RedeliveryFields = z.object({ event: z.uuid() });

/** One webhook: its details, its log, and what can be done with it. */
export const webhook = new Hono<AppEnv>()
  .get("/", (c) => respondDetails(c, readQuery(c, Query).done))
  .get("/edit", async (c) => {
    const found = await getWebhook(c.var.services, idOf(c));
    if (!found) return notFound(c);
    return await isCheckedLately(c.var.services, c.var.actor)
      ? respondForm(c, {
        webhookId: found.id,
        ...await restoreForm(c) ? readWebhookInput(c) : found,
        errors: {},
      })
      : toCheck(c, { reason: "check_needed" }, pathOf(c, "/edit"));
  })
  .post("/edit", async (c) => {
    const { services, actor } = c.var;
    const input = readWebhookInput(c);
    const id = idOf(c);
    const changed = await changeWebhook(services, { actor, id, input });
    if (changed.ok) return redirect(c, pathOf(c, "?done=changed"));
    const { failure } = changed;
    switch (failure.reason) {
      case "malformed":
      case "not_https":
      case "not_listed":
      case "no_event":
        return respondForm(c, {
          webhookId: id,
          ...input,
          errors: webhookErrors(failure),
        }, 422);
      default:
        return refused(c, failure, "/edit");
    }
  })
  .post("/pause", async (c) => {
    const { paused } = readFields(c, PauseFields);
    const set = await setWebhookActive(c.var.services, {
      actor: c.var.actor,
      id: idOf(c),
      active: !paused,
    });
    return await done(c, set, paused ? "paused" : "active");
  })
  .get("/secret", (c) => respondQuestion(c, RenewSecretPage))
  .post("/secret", async (c) => {
    const { services, actor } = c.var;
    const id = idOf(c);
    const renewed = await renewWebhookSecret(services, { actor, id });
    return renewed.ok
      ? respond(c, {
        page: WebhookSecretPage,
        props: { id, secret: renewed.value },
      })
      : refused(c, renewed.failure, "/secret");
  })
  .get("/removal", (c) => respondQuestion(c, RemoveWebhookPage))
  .post("/removal", async (c) => {
    const { services, actor } = c.var;
    const removed = await removeWebhook(services, { actor, id: idOf(c) });
    return removed.ok
      ? redirect(c, "/webhooks?done=removed")
      : notOpen(c, removed.failure);
  })
  .post("/tests", async (c) => {
    const { services, actor } = c.var;
    const sent = await testWebhook(services, { actor, id: idOf(c) });
    return await done(c, sent, "tested");
  })
  .post("/redeliveries", async (c) => {
    const { services, actor } = c.var;
    const { event: eventId } = readFields(c, RedeliveryFields);
    const id = idOf(c);
    const sent = await redeliver(services, { actor, id, eventId });
    return await done(c, sent, "redelivered");
  });

type ChangeFailure = ChangeWebhookFailure | OwnAccountFailure;

async function respondDetails(
  c: Context<AppEnv>,
  done: keyof typeof DONE | undefined,
) {
  const { services } = c.var;
  const webhookId = idOf(c);
  const { before } = readQuery(c, Query);
  const found = await getWebhook(services, webhookId);
  if (!found) return notFound(c);
  return respond(c, {
    page: WebhookPage,
    fragment: Webhook,
    props: {
      webhook: found,
      before,
      notice: done && DONE[done],
      ...await findDeliveries(services, { webhookId, before }),
    },
  });
}

/** What was asked for is done: said in place, or on the page as it is now, so that a reload does it no second time. */
async function done(
  c: Context<AppEnv>,
  result: Result<void, ChangeWebhookFailure>,
  what: keyof typeof DONE,
) {
  if (!result.ok) return refused(c, result.failure, "");
  if (wantsFragment(c)) return await respondDetails(c, what);
  const { before } = readQuery(c, Query);
  const query = new URLSearchParams({ done: what, ...(before && { before }) });
  return redirect(c, pathOf(c, `?${query}`));
}

function refused(c: Context<AppEnv>, failure: ChangeFailure, next: string) {
  switch (failure.reason) {
    case "not_found":
      return notFound(c);
    case "session_ended":
    case "check_needed":
      return toCheck(c, failure, pathOf(c, next));
    default:
      return notOpen(c, failure satisfies Forbidden);
  }
}

async function respondQuestion(
  c: Context<AppEnv>,
  page: typeof RemoveWebhookPage,
) {
  const found: WebhookDetails | null = await getWebhook(
    c.var.services,
    idOf(c),
  );
  return found ? respond(c, { page, props: { webhook: found } }) : notFound(c);
}

function idOf(c: Context<AppEnv>): string {
  return c.req.param("id")!;
}

function pathOf(c: Context<AppEnv>, rest: string) {
  return `/webhooks/${idOf(c)}${rest}`;
}
