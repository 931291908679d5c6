import assert from "node:assert/strict";
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { answer, guarded, problems } from "../../routes/api/operation.ts";
import type { AppEnv } from "../../routes/env.ts";
import type { Actor } from "../../services/context.ts";

Deno.test("an operation that goes away says so in the contract and to each caller (RFC 9745, RFC 8594)", async () => {
  const old = createRoute({
    method: "get",
    path: "/old",
    ...guarded({
      scope: "users:read",
      permissions: ["user_management"],
      description: "As it was.",
      deprecation: {
        since: new Date("2027-01-01T00:00:00Z"),
        sunset: new Date("2027-07-01T00:00:00Z"),
        instead: "/api/v1/new",
      },
    }),
    responses: { 200: answer(z.object({}), "Nothing"), ...problems() },
  });
  const api = new OpenAPIHono<AppEnv>();
  api.use(async (c, next) => {
    c.set("actor", { permissions: ["user_management"] } as Actor);
    await next();
  });
  api.openapi(old, (c) => c.json({}, 200));
  const { headers, status } = await api.request("/old");
  assert.equal(status, 200);
  assert.equal(headers.get("deprecation"), "@1798761600");
  assert.equal(headers.get("sunset"), "Thu, 01 Jul 2027 00:00:00 GMT");
  assert.equal(
    headers.get("link"),
    '</api/v1/new>; rel="successor-version"',
  );
  const { paths } = api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "test", version: "1" },
  });
  assert.equal(paths?.["/old"]?.get?.deprecated, true);
});
