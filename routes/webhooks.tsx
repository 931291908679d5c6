import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import { isCheckedLately } from "../services/own_account.ts";
import { createWebhook, findWebhooks } from "../services/webhooks.ts";
import { WebhookSecret, WebhookSecretPage } from "../views/webhook.tsx";
import {
  WebhookForm,
  WebhookFormPage,
  type WebhookFormProps,
} from "../views/webhook_form.tsx";
import { WebhooksPage } from "../views/webhooks.tsx";
import { toCheck } from "./account_check.tsx";
import type { AppEnv } from "./env.ts";
import { readQuery } from "./form.ts";
import { restoreForm } from "./kept_forms.ts";
import { notOpen } from "./refuse_action.ts";
import { respond } from "./respond.tsx";
import {
  readWebhookInput,
  TOO_MANY_WEBHOOKS,
  webhookErrors,
} from "./webhook_fields.ts";

const NEW = "/webhooks/new";
const Query = z.object({
  done: z.literal("removed").optional().catch(undefined),
});

/** The list of webhooks, and a new one. */
export const webhooks = new Hono<AppEnv>()
  .get("/", async (c) => {
    const { services } = c.var;
    const { done } = readQuery(c, Query);
    return respond(c, {
      page: WebhooksPage,
      props: {
        webhooks: await findWebhooks(services),
        targets: services.settings.WEBHOOK_TARGETS,
        notice: done && "The webhook is removed.",
      },
    });
  })
  .get("/new", async (c) => {
    const { services, actor } = c.var;
    return await isCheckedLately(services, actor)
      ? respondForm(c, {
        url: "",
        events: [],
        ...await restoreForm(c) && readWebhookInput(c),
        errors: {},
      })
      : toCheck(c, { reason: "check_needed" }, NEW);
  })
  .post("/new", async (c) => {
    const { services, actor } = c.var;
    const input = readWebhookInput(c);
    const created = await createWebhook(services, { actor, input });
    if (created.ok) {
      return respond(c, {
        page: WebhookSecretPage,
        fragment: WebhookSecret,
        props: created.value,
      });
    }
    const { failure } = created;
    switch (failure.reason) {
      case "session_ended":
      case "check_needed":
        return toCheck(c, failure, NEW);
      case "malformed":
      case "not_https":
      case "not_listed":
      case "no_event":
        return respondForm(c, {
          ...input,
          errors: webhookErrors(failure),
        }, 422);
      case "too_many":
        return respondForm(c, {
          ...input,
          errors: {},
          refusal: TOO_MANY_WEBHOOKS,
        }, 409);
      default:
        return notOpen(c, failure);
    }
  });

/** The form of a new webhook, or of one that is changed. */
export function respondForm(
  c: Context<AppEnv>,
  props: Omit<WebhookFormProps, "targets">,
  status: 200 | 409 | 422 = 200,
) {
  return respond(c, {
    page: WebhookFormPage,
    fragment: WebhookForm,
    props: { ...props, targets: c.var.services.settings.WEBHOOK_TARGETS },
    status,
  });
}
