import type { Context } from "hono";
import { AUDIT_EVENTS } from "../services/audit.ts";
import {
  type JudgeWebhookFailure,
  type WebhookInput,
  WEBHOOKS_AT_MOST,
} from "../services/webhooks.ts";
import type { AppEnv } from "./env.ts";

/** What a form says of a webhook; the service judges it. */
export function readWebhookInput(
  { var: { form } }: Context<AppEnv>,
): WebhookInput {
  return {
    url: (form.get("url") ?? "").trim(),
    events: AUDIT_EVENTS.filter((it) => form.get(`events.${it}`) === "yes"),
  };
}

export const TOO_MANY_WEBHOOKS =
  `There are ${WEBHOOKS_AT_MOST} webhooks already, which is as many as there may be. Remove one first.`;

/** What is wrong with which field, and what to do. */
export function webhookErrors(
  failure: JudgeWebhookFailure,
): { url?: string; events?: string } {
  switch (failure.reason) {
    case "malformed":
      return {
        url:
          "Write it like https://hooks.example.org/passdesk, without a username or password in it.",
      };
    case "not_https":
      return { url: "Only https keeps what is sent: begin with https://." };
    case "not_listed":
      return {
        url:
          `${failure.host} is not in WEBHOOK_TARGETS. Whoever runs this program can add it.`,
      };
    case "no_event":
      return { events: "Choose at least one event." };
  }
}
