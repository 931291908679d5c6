import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import {
  listOpenSessions,
  terminateSessions,
} from "../../services/sessions.ts";
import { getUser } from "../../services/users.ts";
import type { AppEnv } from "../env.ts";
import { answer, changing, guarded, problems } from "./operation.ts";
import { notFoundProblem } from "./problems.ts";
import { refused } from "./refusals.ts";
import { UserId } from "./user.ts";
import { onInvalid } from "./validation.ts";

const SESSION_EXAMPLE = {
  id: "0193cbb4-7a51-7d3e-9f0e-5a3d8f6b2c13",
  createdAt: "2026-11-23T09:30:00.000Z",
  lastSeenAt: "2026-11-23T11:02:00.000Z",
  address: "192.0.2.7",
  device: "Firefox on Windows",
};

const Sessions = z.object({
  items: z.array(z.object({
    id: z.uuid(),
    createdAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime(),
    address: z.string(),
    device: z.string(),
  })),
}).openapi("Sessions", { example: { items: [SESSION_EXAMPLE] } });

const Ended = z.object({ sessionsEnded: z.int() }).openapi("SessionsEnded", {
  example: { sessionsEnded: 2 },
});

const list = createRoute({
  method: "get",
  path: "/users/{id}/sessions",
  operationId: "listSessions",
  summary: "List a user's sessions",
  tags: ["Sessions"],
  ...guarded({
    scope: "users:read",
    permissions: ["user_management"],
    description: "The open ones, the last seen first, 100 at most.",
  }),
  request: { params: UserId },
  responses: { 200: answer(Sessions, "The sessions"), ...problems(404) },
});

const endAll = createRoute({
  method: "delete",
  path: "/users/{id}/sessions",
  operationId: "endSessions",
  summary: "End all sessions of a user",
  tags: ["Sessions"],
  ...changing({
    scope: "sessions:end",
    permissions: ["user_management"],
    description: "Their next request finds them signed out.",
  }),
  request: { params: UserId },
  responses: { 200: answer(Ended, "How many there were"), ...problems(404) },
});

const endOne = createRoute({
  method: "delete",
  path: "/users/{id}/sessions/{session}",
  operationId: "endSession",
  summary: "End one session of a user",
  tags: ["Sessions"],
  ...changing({
    scope: "sessions:end",
    permissions: ["user_management"],
    description: "Nothing happens where it has ended already.",
  }),
  request: {
    params: UserId.extend({
      session: z.uuid().openapi({ example: SESSION_EXAMPLE.id }),
    }),
  },
  responses: { 200: answer(Ended, "How many there were"), ...problems(404) },
});

export const userSessions = new OpenAPIHono<AppEnv>({
  defaultHook: onInvalid,
})
  .openapi(list, async (c) => {
    const { services } = c.var;
    const { id } = c.req.valid("param");
    if (!await getUser(services, id)) return notFoundProblem(c);
    const sessions = await listOpenSessions(services, id);
    return c.json({
      items: sessions.map(({ createdAt, lastSeenAt, ...it }) => ({
        ...it,
        createdAt: createdAt.toISOString(),
        lastSeenAt: lastSeenAt.toISOString(),
      })),
    }, 200);
  })
  .openapi(endAll, async (c) => {
    const { services, actor } = c.var;
    const { id: subjectId } = c.req.valid("param");
    const ended = await terminateSessions(services, { actor, subjectId });
    return ended.ok
      ? c.json({ sessionsEnded: ended.value }, 200)
      : refused(c, ended.failure);
  })
  .openapi(endOne, async (c) => {
    const { services, actor } = c.var;
    const { id: subjectId, session: only } = c.req.valid("param");
    const ended = await terminateSessions(services, { actor, subjectId, only });
    return ended.ok
      ? c.json({ sessionsEnded: ended.value }, 200)
      : refused(c, ended.failure);
  });
