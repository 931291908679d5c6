import type { Context } from "hono";
import { recordRefusal } from "../services/audit.ts";
import type { Action, Forbidden } from "../services/authorization.ts";
import { refusalText } from "../views/refusals.ts";
import type { AppEnv } from "./env.ts";
import { trouble } from "./trouble.tsx";

/** A page that may not be shown: recorded, as the service records what it refuses itself. */
export async function refuseAction(
  c: Context<AppEnv>,
  { action, refusal }: { action: Action; refusal: Forbidden },
) {
  await recordRefusal(c.var.services, {
    event: "authz_fail",
    actor: c.var.actor,
    subjectId: c.req.param("id")!,
    detail: { action, ...refusal },
  });
  return notOpen(c, refusal);
}

/** What the service has refused, and recorded. */
export function notOpen(c: Context<AppEnv>, refusal: Forbidden) {
  return trouble(c, {
    status: 403,
    title: "Not open to you",
    text: refusalText(refusal),
  });
}
