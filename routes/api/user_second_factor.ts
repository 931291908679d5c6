import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { removeSecondFactor } from "../../services/second_factor_removal.ts";
import type { AppEnv } from "../env.ts";
import { JSON_TYPE } from "./json_body.ts";
import {
  BODY_PROBLEMS,
  changing,
  done,
  IdempotencyKey,
  jsonBody,
  problems,
} from "./operation.ts";
import { invalid, refused } from "./refusals.ts";
import { UserId } from "./user.ts";
import { onInvalid } from "./validation.ts";

const Removal = z.strictObject({
  reason: z.string().max(4000).openapi({
    description: "How it was made sure who asks for it",
  }),
}).openapi("SecondFactorRemoval", {
  example: { reason: "Called back on the number in the staff list" },
});

const removeFactor = createRoute({
  method: "post",
  path: "/users/{id}/second-factor-removal",
  operationId: "removeSecondFactor",
  summary: "Remove a user's second factor",
  tags: ["Passwords"],
  ...changing({
    body: JSON_TYPE,
    scope: "passwords:set",
    permissions: ["user_management"],
    description:
      "App, passkeys and recovery codes, for somebody who has lost them. Ends all sessions; the user is told by email. With a token, that of a holder of a permission takes the scope `permissions:write` too.",
    once: true,
  }),
  request: {
    params: UserId,
    headers: IdempotencyKey,
    body: jsonBody(Removal),
  },
  responses: {
    204: done("There is no second factor any more"),
    ...problems(404, ...BODY_PROBLEMS),
  },
});

export const userSecondFactor = new OpenAPIHono<AppEnv>({
  defaultHook: onInvalid,
})
  .openapi(removeFactor, async (c) => {
    const { services, actor } = c.var;
    const { id: subjectId } = c.req.valid("param");
    const { reason } = c.req.valid("json");
    const removed = await removeSecondFactor(services, {
      actor,
      subjectId,
      reason,
    });
    if (removed.ok) return c.body(null, 204);
    const { failure } = removed;
    switch (failure.reason) {
      case "reason_missing":
        return invalid(c, [{
          pointer: "/reason",
          detail: "Say it in some readable words.",
        }]);
      case "reason_too_long":
        return invalid(c, [{
          pointer: "/reason",
          detail: `Use at most ${failure.max} characters.`,
        }]);
      default:
        return refused(c, failure);
    }
  });
