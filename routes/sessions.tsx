import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import { countSessions, endAllSessions } from "../services/all_sessions.ts";
import { isCheckedLately } from "../services/own_account.ts";
import { refusalText } from "../views/refusals.ts";
import { AllSessionsPage, type AllSessionsProps } from "../views/sessions.tsx";
import { toCheck } from "./account_check.tsx";
import type { AppEnv } from "./env.ts";
import { readFields } from "./form.ts";
import { respond } from "./respond.tsx";

const PATH = "/sessions";

const Fields = z.object({
  sure: z.string().optional().transform((it) => it === "yes"),
});

/** *Sign everybody out*: asked for on a page of its own, with a tick, after a recent check. */
export const sessions = new Hono<AppEnv>()
  .get("/", async (c) => {
    const { services, actor } = c.var;
    return await isCheckedLately(services, actor)
      ? await respondPage(c, {})
      : toCheck(c, { reason: "check_needed" }, PATH);
  })
  .post("/", async (c) => {
    const { services, actor } = c.var;
    const { sure } = readFields(c, Fields);
    if (!sure) return await respondPage(c, { unsure: true, status: 422 });
    const ended = await endAllSessions(services, { actor });
    if (ended.ok) return await respondPage(c, { ended: ended.value });
    switch (ended.failure.reason) {
      case "session_ended":
      case "check_needed":
        return toCheck(c, ended.failure, PATH);
      default:
        return await respondPage(c, {
          refusal: refusalText(ended.failure),
          status: 403,
        });
    }
  });

async function respondPage(
  c: Context<AppEnv>,
  { status = 200, ...said }:
    & Omit<AllSessionsProps, "open">
    & { status?: 200 | 403 | 422 },
) {
  const { services, actor } = c.var;
  const open = await countSessions(services, actor);
  return respond(c, {
    page: AllSessionsPage,
    props: { open, ...said },
    status,
  });
}
