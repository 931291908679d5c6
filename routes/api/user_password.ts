import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { v4 as uuidv4 } from "uuid";
import { suggestPassword } from "../../services/password_suggestions.ts";
import {
  SET_PASSWORD_REASONS,
  setPassword,
  type SetPasswordFailure,
} from "../../services/passwords.ts";
import { getUser } from "../../services/users.ts";
import { violationText } from "../../views/violations.ts";
import type { AppEnv } from "../env.ts";
import { changedMeanwhile, refusePrecondition } from "./etag.ts";
import { JSON_TYPE } from "./json_body.ts";
import {
  answer,
  BODY_PROBLEMS,
  changing,
  IdempotencyKey,
  IfMatch,
  jsonBody,
  problems,
} from "./operation.ts";
import { notFoundProblem, type Refusal } from "./problems.ts";
import { invalid, refused, userDisabled } from "./refusals.ts";
import { UserId } from "./user.ts";
import { etagOfUser } from "./user_schema.ts";
import { onInvalid } from "./validation.ts";

const NewPassword = z.strictObject({
  password: z.string().max(4096).optional().openapi({
    description: "Left out, one is generated and told in the answer",
  }),
  temporary: z.boolean().default(true).openapi({
    description:
      "Signs in for its replacement alone, and for some days; false is refused where FORCE_TEMPORARY is on, as it is by default",
  }),
  reason: z.enum(SET_PASSWORD_REASONS),
  reasonText: z.string().max(4000).default("").openapi({
    description: "What `other` stands for",
  }),
}).openapi("NewPassword", { example: { reason: "email_not_arriving" } });

const PasswordSet = z.object({
  password: z.string().nullable().openapi({
    description:
      "The generated one, told this once: pass it on through a secure channel. Null where none was generated, or the request is a repeated one",
  }),
  generated: z.boolean().openapi({
    description: "Whether it was generated, and not sent in the request",
  }),
  temporary: z.boolean(),
  expiresAt: z.iso.datetime().nullable(),
  sessionsEnded: z.int(),
}).openapi("PasswordSet", {
  example: {
    password: "copper-window-meadow-lantern-otter",
    generated: true,
    temporary: true,
    expiresAt: "2026-11-26T09:30:00.000Z",
    sessionsEnded: 2,
  },
});

const set = createRoute({
  method: "post",
  path: "/users/{id}/password",
  operationId: "setPassword",
  summary: "Set a user's password",
  tags: ["Passwords"],
  ...changing({
    body: JSON_TYPE,
    scope: "passwords:set",
    permissions: ["user_management"],
    description:
      "Typed or generated, by the same policy as everywhere. Ends the user's sessions, links and API tokens. With a token, that of a holder of a permission takes the scope `permissions:write` too.",
    once: { secret: "password" },
  }),
  request: {
    params: UserId,
    headers: IfMatch.extend(IdempotencyKey.shape),
    body: jsonBody(NewPassword),
  },
  responses: {
    200: answer(PasswordSet, "What was set"),
    ...problems(404, 409, 412, ...BODY_PROBLEMS),
  },
});

export const userPassword = new OpenAPIHono<AppEnv>({
  defaultHook: onInvalid,
})
  .openapi(set, async (c) => {
    const { services, actor } = c.var;
    const { id: subjectId } = c.req.valid("param");
    const { password: typed, temporary, reason, reasonText } = c.req.valid(
      "json",
    );
    const user = await getUser(services, subjectId);
    if (!user) return notFoundProblem(c);
    const stale = refusePrecondition(c, {
      etag: etagOfUser(user),
      needed: false,
    });
    if (stale) return stale;
    const suggested = typed === undefined
      ? suggestPassword(services, { actor, subjectId })
      : undefined;
    const saved = await setPassword(services, {
      actor,
      subjectId,
      input: {
        password: typed ?? suggested!.password,
        proof: suggested?.proof ?? "",
        temporary,
        reason,
        reasonText,
        formId: uuidv4(),
        seenSetAt: user.passwordSetAt?.getTime() ?? null,
      },
    });
    if (!saved.ok) return refuseSet(c, saved.failure);
    const now = await getUser(services, subjectId);
    return c.json({
      password: suggested?.password ?? null,
      generated: suggested !== undefined,
      temporary,
      expiresAt: now?.passwordExpiresAt?.toISOString() ?? null,
      sessionsEnded: saved.value.sessionsEnded,
    }, 200);
  });

function refuseSet(c: Context<AppEnv>, failure: SetPasswordFailure): Refusal {
  switch (failure.reason) {
    case "reason_missing":
      return invalid(c, [{
        pointer: "/reasonText",
        detail: "Say what the other reason is.",
      }]);
    case "reason_too_long":
      return invalid(c, [{
        pointer: "/reasonText",
        detail: `Use at most ${failure.max} readable characters.`,
      }]);
    case "not_generated":
      return invalid(c, [{
        pointer: "/password",
        detail: "Only generated passwords may be set here: leave it out.",
      }]);
    case "must_be_temporary":
      return invalid(c, [{
        pointer: "/temporary",
        detail:
          "Passwords that are set for somebody else are temporary here (FORCE_TEMPORARY): leave it out, or send true.",
      }]);
    case "policy":
      return invalid(
        c,
        failure.violations.map((it) => ({
          pointer: "/password",
          detail: violationText(it),
        })),
      );
    case "disabled":
      return userDisabled(c);
    case "changed_meanwhile":
      return changedMeanwhile(c);
    default:
      return refused(c, failure);
  }
}
