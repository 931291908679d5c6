import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import {
  getJob,
  MAX_LISTED_USERS,
  requestPasswordRequirement,
} from "../../services/jobs.ts";
import type { AppEnv } from "../env.ts";
import { Job, toJob } from "./job_schema.ts";
import {
  answer,
  BODY_PROBLEMS,
  changing,
  HEADERS,
  IdempotencyKey,
  jsonBody,
  problems,
} from "./operation.ts";
import { refused } from "./refusals.ts";
import { EXAMPLE_ID } from "./user_schema.ts";
import { onInvalid } from "./validation.ts";

const Requirement = z.union([
  z.strictObject({ userIds: z.array(z.uuid()).min(1).max(MAX_LISTED_USERS) }),
  z.strictObject({
    filter: z.strictObject({
      state: z.enum(["active", "disabled"]).optional(),
      staff: z.literal(true).optional(),
    }),
  }),
]).openapi("PasswordRequirement", {
  description:
    "Of whom: a list of up to 1,000, or everybody whom a filter lets through",
  example: { userIds: [EXAMPLE_ID] },
});

const create = createRoute({
  method: "post",
  path: "/password-requirements",
  operationId: "requireNewPasswords",
  summary: "Require new passwords",
  tags: ["Jobs"],
  ...changing({
    scope: "passwords:set",
    permissions: ["user_management"],
    description:
      "By a job: the passwords sign in for their replacement alone, sessions and API tokens end. The caller, and whoever holds a permission that the caller lacks, is left out and told.",
    once: true,
  }),
  request: { headers: IdempotencyKey, body: jsonBody(Requirement) },
  responses: {
    202: answer(Job, "The job", { Location: HEADERS.location }),
    ...problems(...BODY_PROBLEMS),
  },
});

export const passwordRequirements = new OpenAPIHono<AppEnv>({
  defaultHook: onInvalid,
}).openapi(create, async (c) => {
  const { services, actor } = c.var;
  const given = c.req.valid("json");
  const whom = "userIds" in given ? { ids: given.userIds } : given;
  const asked = await requestPasswordRequirement(services, { actor, whom });
  if (!asked.ok) return refused(c, asked.failure);
  c.header("Location", `/api/v1/jobs/${asked.value}`);
  return c.json(toJob((await getJob(services, asked.value))!), 202);
});
