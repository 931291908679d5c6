import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import { endOwnSessions, listOpenSessions } from "../services/sessions.ts";
import { OwnSessions, OwnSessionsPage } from "../views/account_sessions.tsx";
import { endedText } from "../views/session_table.tsx";
import { toCheck } from "./account_check.tsx";
import type { AppEnv } from "./env.ts";
import { readFields } from "./form.ts";
import { respond } from "./respond.tsx";

const Fields = z.object({
  only: z.union([z.literal(""), z.uuid()]).default(""),
});

/** One's own sessions: where, since when, and a way to end them (ASVS 7.5.2). */
export const accountSessions = new Hono<AppEnv>()
  .get("/", (c) => respondList(c, {}))
  .post("/", async (c) => {
    const { services, actor } = c.var;
    const { only } = readFields(c, Fields);
    const ended = await endOwnSessions(services, {
      actor,
      only: only || undefined,
    });
    return ended.ok
      ? await respondList(c, { notice: endedText(ended.value) })
      : toCheck(c, ended.failure, "/account/sessions");
  });

async function respondList(c: Context<AppEnv>, said: { notice?: string }) {
  const { services, actor } = c.var;
  return respond(c, {
    page: OwnSessionsPage,
    fragment: OwnSessions,
    props: {
      sessions: await listOpenSessions(services, actor.userId),
      ...said,
    },
  });
}
