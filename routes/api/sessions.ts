import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { endAllSessions } from "../../services/all_sessions.ts";
import type { AppEnv } from "../env.ts";
import { answer, changing, problems } from "./operation.ts";
import { problem } from "./problems.ts";
import { refused } from "./refusals.ts";
import { onInvalid } from "./validation.ts";

const Ended = z.object({ sessionsEnded: z.int(), users: z.int() })
  .openapi("AllSessionsEnded", {
    example: { sessionsEnded: 412, users: 388 },
  });

const endAll = createRoute({
  method: "delete",
  path: "/sessions",
  operationId: "endAllSessions",
  summary: "End all sessions of all users",
  tags: ["Sessions"],
  ...changing({
    scope: "sessions:end",
    permissions: ["administration"],
    description:
      "Everybody has to sign in again; only a session that asks for it stays. API tokens are no sessions: they go on.",
  }),
  responses: { 200: answer(Ended, "How many there were"), ...problems() },
});

export const sessions = new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
  .openapi(endAll, async (c) => {
    const { services, actor } = c.var;
    const ended = await endAllSessions(services, { actor });
    if (ended.ok) {
      const { sessions: sessionsEnded, users } = ended.value;
      return c.json({ sessionsEnded, users }, 200);
    }
    const { failure } = ended;
    switch (failure.reason) {
      case "session_ended":
      case "check_needed":
        return problem(c, "recent-check-needed", {
          detail:
            "Confirm who you are at /account/check, then send it again within ten minutes.",
        });
      default:
        return refused(c, failure);
    }
  });
