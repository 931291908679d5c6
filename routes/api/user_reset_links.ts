import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { sendResetLink } from "../../services/reset_links.ts";
import type { AppEnv } from "../env.ts";
import { changing, done, IdempotencyKey, problems } from "./operation.ts";
import { problem } from "./problems.ts";
import { refused, userDisabled } from "./refusals.ts";
import { UserId } from "./user.ts";
import { onInvalid } from "./validation.ts";

const sendLink = createRoute({
  method: "post",
  path: "/users/{id}/reset-links",
  operationId: "sendResetLink",
  summary: "Send a reset link",
  tags: ["Passwords"],
  ...changing({
    scope: "passwords:set",
    permissions: ["user_management"],
    description:
      "To the user's own mailbox. Until a new password is saved by it, the old one stays.",
    once: true,
  }),
  request: { params: UserId, headers: IdempotencyKey },
  responses: {
    202: done("The mail is on its way"),
    ...problems(404, 409, 422),
  },
});

export const userResetLinks = new OpenAPIHono<AppEnv>({
  defaultHook: onInvalid,
})
  .openapi(sendLink, async (c) => {
    const { services, actor } = c.var;
    const { id: subjectId } = c.req.valid("param");
    const sent = await sendResetLink(services, { actor, subjectId });
    if (sent.ok) return c.body(null, 202);
    const { failure } = sent;
    switch (failure.reason) {
      case "no_email":
        return problem(c, "no-email", {
          detail:
            "Set a password instead, and tell it through a secure channel.",
        });
      case "disabled":
        return userDisabled(c);
      default:
        return refused(c, failure);
    }
  });
