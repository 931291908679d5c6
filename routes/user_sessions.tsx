import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import { listOpenSessions, terminateSessions } from "../services/sessions.ts";
import { getUser, recordView } from "../services/users.ts";
import { refusalText } from "../views/refusals.ts";
import { endedText } from "../views/session_table.tsx";
import { UserSessions, UserSessionsPage } from "../views/user_sessions.tsx";
import type { AppEnv } from "./env.ts";
import { readFields, readQuery } from "./form.ts";
import { SearchState, WithSearchState } from "./paths.ts";
import { respond } from "./respond.tsx";
import { notFound } from "./trouble.tsx";

const Fields = z.object({
  from: SearchState,
  only: z.union([z.literal(""), z.uuid()]).default(""),
});

export const userSessions = new Hono<AppEnv>()
  .get("/", async (c) => {
    const { from } = readQuery(c, WithSearchState);
    return await respondList(c, { from });
  })
  .post("/", async (c) => {
    const { from, only } = readFields(c, Fields);
    const { services, actor } = c.var;
    const ended = await terminateSessions(services, {
      actor,
      subjectId: c.req.param("id")!,
      only: only || undefined,
    });
    if (ended.ok) {
      return await respondList(c, {
        from,
        notice: endedText(ended.value),
      });
    }
    if (ended.failure.reason === "not_found") return notFound(c);
    return await respondList(c, {
      from,
      refusal: refusalText(ended.failure),
      status: 403,
    });
  });

async function respondList(
  c: Context<AppEnv>,
  { status = 200, ...said }: {
    from: string;
    notice?: string;
    refusal?: string;
    status?: 200 | 403;
  },
) {
  const { services, actor } = c.var;
  const userId = c.req.param("id")!;
  const user = await getUser(services, userId);
  if (!user) return notFound(c);
  await recordView(services, { actor, userId });
  const sessions = await listOpenSessions(services, user.id);
  return respond(c, {
    page: UserSessionsPage,
    fragment: UserSessions,
    props: { user, sessions, ...said },
    status,
  });
}
