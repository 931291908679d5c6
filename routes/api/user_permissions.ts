import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { changePermissions } from "../../services/permissions.ts";
import { getUser } from "../../services/users.ts";
import type { AppEnv } from "../env.ts";
import { LAST_ADMINISTRATOR, PASSWORD_KNOWN } from "../messages.ts";
import { changedMeanwhile, refusePrecondition } from "./etag.ts";
import { JSON_TYPE } from "./json_body.ts";
import {
  BODY_PROBLEMS,
  changing,
  IfMatch,
  jsonBody,
  problems,
} from "./operation.ts";
import { notFoundProblem, problem } from "./problems.ts";
import { refused } from "./refusals.ts";
import { answerNow, USER, UserId } from "./user.ts";
import { etagOfUser, PermissionName } from "./user_schema.ts";
import { onInvalid } from "./validation.ts";

const Held = z.strictObject({
  permissions: z.array(PermissionName).max(10).openapi({
    description: "All that the user holds from now on",
  }),
}).openapi("Permissions", { example: { permissions: ["user_management"] } });

const replace = createRoute({
  method: "put",
  path: "/users/{id}/permissions",
  operationId: "replacePermissions",
  summary: "Set a user's permissions",
  tags: ["Users"],
  ...changing({
    body: JSON_TYPE,
    scope: "permissions:write",
    permissions: ["administration"],
    description: "Whoever gains one has to sign in again.",
  }),
  request: { params: UserId, headers: IfMatch, body: jsonBody(Held) },
  responses: { 200: USER, ...problems(404, 409, 412, 428, ...BODY_PROBLEMS) },
});

export const userPermissions = new OpenAPIHono<AppEnv>({
  defaultHook: onInvalid,
}).openapi(replace, async (c) => {
  const { services, actor } = c.var;
  const { id: subjectId } = c.req.valid("param");
  const { permissions } = c.req.valid("json");
  const user = await getUser(services, subjectId);
  if (!user) return notFoundProblem(c);
  const stale = refusePrecondition(c, {
    etag: etagOfUser(user),
    needed: true,
  });
  if (stale) return stale;
  const changed = await changePermissions(services, {
    actor,
    subjectId,
    wanted: [...new Set(permissions)],
    seen: user.permissions,
  });
  if (changed.ok) return await answerNow(c, subjectId);
  const { failure } = changed;
  switch (failure.reason) {
    case "changed_meanwhile":
      return changedMeanwhile(c);
    case "last_administrator":
      return problem(c, "last-administrator", { detail: LAST_ADMINISTRATOR });
    case "password_known_to_others":
      return problem(c, "password-known-to-others", { detail: PASSWORD_KNOWN });
    default:
      return refused(c, failure);
  }
});
