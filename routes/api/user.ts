import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { editUser } from "../../services/user_edits.ts";
import { getUser, readUser, type UserDetails } from "../../services/users.ts";
import type { AppEnv } from "../env.ts";
import { changedMeanwhile, refusePrecondition } from "./etag.ts";
import {
  answer,
  BODY_PROBLEMS,
  changing,
  guarded,
  HEADERS,
  IfMatch,
  problems,
} from "./operation.ts";
import { notFoundProblem } from "./problems.ts";
import { invalid, refused } from "./refusals.ts";
import {
  fieldEntries,
  merge,
  undeclaredAttributes,
  UserPatch,
} from "./user_input.ts";
import { etagOfUser, EXAMPLE_ID, toUser, User } from "./user_schema.ts";
import { onInvalid } from "./validation.ts";

export const UserId = z.object({
  id: z.uuid().openapi({ example: EXAMPLE_ID }),
});

export const USER = answer(User, "The user as it is now", {
  ETag: HEADERS.etag,
});

const get = createRoute({
  method: "get",
  path: "/users/{id}",
  operationId: "getUser",
  summary: "Get a user",
  tags: ["Users"],
  ...guarded({
    scope: "users:read",
    permissions: ["user_management", "administration"],
    description: "That it was looked at is recorded.",
  }),
  request: { params: UserId },
  responses: { 200: USER, ...problems(404) },
});

const MERGE_PATCH = "application/merge-patch+json"; // RFC 7396

const change = createRoute({
  method: "patch",
  path: "/users/{id}",
  operationId: "changeUser",
  summary: "Change a user",
  tags: ["Users"],
  ...changing({
    scope: "users:write",
    permissions: ["user_management"],
    description:
      "By JSON Merge Patch. A new email address waits in `pendingEmail` until its owner confirms it; with a token, that of a holder of a permission takes the scope `permissions:write` too.",
    body: MERGE_PATCH,
  }),
  request: {
    params: UserId,
    headers: IfMatch,
    body: {
      required: true,
      content: { [MERGE_PATCH]: { schema: UserPatch } },
    },
  },
  responses: { 200: USER, ...problems(404, 412, 428, ...BODY_PROBLEMS) },
});

export const user = new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
  .openapi(get, async (c) => {
    const { services, actor } = c.var;
    const { id: userId } = c.req.valid("param");
    const user = await readUser(services, { actor, userId });
    return user ? answerUser(c, user) : notFoundProblem(c);
  })
  .openapi(change, async (c) => {
    const { services, actor } = c.var;
    const { id: userId } = c.req.valid("param");
    const patch = c.req.valid("json");
    const unknown = undeclaredAttributes(
      patch.attributes,
      services.settings.USER_ATTRIBUTES,
    );
    const user = await getUser(services, userId);
    if (!user) return notFoundProblem(c);
    const stale = refusePrecondition(c, {
      etag: etagOfUser(user),
      needed: true,
    });
    if (stale) return stale;
    if (unknown.length > 0) return invalid(c, unknown);
    const { version } = user;
    const input = merge(user, patch);
    const edited = await editUser(services, { actor, userId, version, input });
    if (edited.ok) return await answerNow(c, userId);
    const { failure } = edited;
    switch (failure.reason) {
      case "invalid":
        return invalid(c, fieldEntries(failure.problems));
      case "changed_meanwhile":
        return changedMeanwhile(c);
      default:
        return refused(c, failure);
    }
  });

/** The user as a change has left it. */
export async function answerNow(c: Context<AppEnv>, userId: string) {
  const user = await getUser(c.var.services, userId);
  return user ? answerUser(c, user) : notFoundProblem(c);
}

function answerUser(c: Context<AppEnv>, user: UserDetails) {
  c.header("ETag", etagOfUser(user));
  return c.json(toUser(user), 200);
}
