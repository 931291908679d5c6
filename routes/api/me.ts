import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { SCOPES } from "../../services/api_tokens.ts";
import type { AppEnv } from "../env.ts";
import { answer, problems } from "./operation.ts";
import { EXAMPLE_ID, PermissionName } from "./user_schema.ts";

const Me = z.object({
  id: z.uuid(),
  username: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  permissions: z.array(PermissionName),
  token: z.object({
    id: z.uuid(),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    expiresAt: z.iso.datetime(),
  }).nullable().openapi({
    description: "By which the request came; null for a session",
  }),
}).openapi("Me", {
  example: {
    id: EXAMPLE_ID,
    username: "ada.admin",
    name: "Ada Admin",
    email: "ada.admin@example.org",
    permissions: ["administration", "user_management"],
    token: {
      id: "0193cbb4-7a51-7d3e-9f0e-5a3d8f6b2c12",
      name: "nightly sync",
      scopes: ["users:read", "users:write"],
      expiresAt: "2027-02-21T10:00:00.000Z",
    },
  },
});

const get = createRoute({
  method: "get",
  path: "/me",
  operationId: "getMe",
  summary: "Who the caller is",
  description: "Whom the token or the session belongs to. No scope is needed.",
  tags: ["Caller"],
  security: [{ token: [] }, { session: [] }],
  responses: { 200: answer(Me, "The caller"), ...problems() },
});

export const me = new OpenAPIHono<AppEnv>()
  .openapi(get, (c) => {
    const { userId: id, username, name, email, permissions, token } =
      c.var.actor;
    return c.json({
      id,
      username,
      name,
      email,
      permissions,
      token: token
        ? { ...token, expiresAt: token.expiresAt.toISOString() }
        : null,
    }, 200);
  });
