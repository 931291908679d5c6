import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { getUser, setUserDisabled } from "../../services/users.ts";
import type { AppEnv } from "../env.ts";
import { LAST_ADMINISTRATOR, REPORT_OPEN } from "../messages.ts";
import { refusePrecondition } from "./etag.ts";
import { changing, IfMatch, problems } from "./operation.ts";
import { notFoundProblem, problem } from "./problems.ts";
import { refused } from "./refusals.ts";
import { answerNow, USER, UserId } from "./user.ts";
import { etagOfUser } from "./user_schema.ts";
import { onInvalid } from "./validation.ts";

const disablement = {
  path: "/users/{id}/disablement" as const,
  tags: ["Users"],
  request: { params: UserId, headers: IfMatch },
  responses: { 200: USER, ...problems(404, 409, 412) },
};

const disable = createRoute({
  method: "put",
  ...disablement,
  operationId: "disableUser",
  summary: "Disable a user",
  ...changing({
    scope: "users:write",
    permissions: ["user_management"],
    description: "Ends all sessions, links and API tokens of the user.",
  }),
});

const enable = createRoute({
  method: "delete",
  ...disablement,
  operationId: "enableUser",
  summary: "Enable a user",
  ...changing({
    scope: "users:write",
    permissions: ["user_management"],
    description:
      "Gives access back. What was ended stays so. An account that its owner froze stays frozen until staff have settled the report.",
  }),
});

export const userDisablement = new OpenAPIHono<AppEnv>({
  defaultHook: onInvalid,
})
  .openapi(
    disable,
    (c) => setDisabled(c, c.req.valid("param").id, true),
  )
  .openapi(
    enable,
    (c) => setDisabled(c, c.req.valid("param").id, false),
  );

async function setDisabled(
  c: Context<AppEnv>,
  userId: string,
  disabled: boolean,
) {
  const { services, actor } = c.var;
  const user = await getUser(services, userId);
  if (!user) return notFoundProblem(c);
  const stale = refusePrecondition(c, {
    etag: etagOfUser(user),
    needed: false,
  });
  if (stale) return stale;
  const set = await setUserDisabled(services, { actor, userId, disabled });
  if (set.ok) return await answerNow(c, userId);
  switch (set.failure.reason) {
    case "last_administrator":
      return problem(c, "last-administrator", { detail: LAST_ADMINISTRATOR });
    case "report_open":
      return problem(c, "report-open", { detail: REPORT_OPEN });
    default:
      return refused(c, set.failure);
  }
}
