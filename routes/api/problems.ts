import type { Context, TypedResponse } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "@hono/zod-openapi";
import type { AppEnv } from "../env.ts";

/** Every kind of refusal, by the name that ends its `type`. The names are part of the contract: they stay. */
export const PROBLEMS = {
  "malformed": [400, "The request can't be read"],
  "unauthenticated": [401, "There is no valid token and no session"],
  "missing-scope": [403, "The token's scopes don't reach this"],
  "missing-permission": [403, "The permission for this is not held"],
  "oneself": [403, "Nobody does this to the own account"],
  "outranked": [403, "The user holds a permission that the caller lacks"],
  "forged": [403, "The request seems to come from another site"],
  "owner-disabled": [403, "The token's owner is disabled"],
  "owner-must-change-password": [403, "The password has to be changed first"],
  "owner-must-confirm": [403, "Passkeys and apps have to be confirmed first"],
  "owner-must-enrol": [403, "A second factor has to be added first"],
  "recent-check-needed": [403, "The password has to be given again first"],
  "https-needed": [403, "This is answered over https alone"],
  "not-found": [404, "There is nothing here"],
  "method-not-allowed": [405, "This method is not allowed here"],
  "not-acceptable": [406, "There is no such form of this"],
  "last-administrator": [409, "This is the last administrator"],
  "report-open": [409, "The owner froze the account, and staff settle that"],
  "password-known-to-others": [409, "Somebody else knows the password"],
  "user-disabled": [409, "The user is disabled"],
  "no-email": [409, "The user has no email address"],
  "too-many": [409, "There are too many of these already"],
  "job-over": [409, "The job has ended"],
  "precondition-failed": [412, "It has changed meanwhile"],
  "too-large": [413, "The request is too large"],
  "unsupported-media-type": [415, "This kind of content is not accepted"],
  "invalid": [422, "Some fields are not as they have to be"],
  "idempotency-key-reused": [422, "The key was used for another request"],
  "precondition-required": [428, "If-Match is missing"],
  "throttled": [429, "Too many requests"],
  "failure": [500, "Something went wrong"],
  "unavailable": [503, "Not able to answer at the moment"],
} as const satisfies Record<string, readonly [ContentfulStatusCode, string]>;

export type ProblemName = keyof typeof PROBLEMS;

/** One thing that is wrong: where (RFC 6901 in the body, or a parameter) and what to do. */
export interface ProblemEntry {
  pointer?: string;
  parameter?: string;
  detail: string;
}

const FIELD_EXAMPLE: ProblemEntry = {
  pointer: "/username",
  detail: "Another user has this already. Choose another one.",
};

export const Problem = z.object({
  type: z.url(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  requestId: z.uuid(),
  errors: z.array(z.object({
    pointer: z.string().optional(),
    parameter: z.string().optional(),
    detail: z.string(),
  })).optional(),
}).openapi("Problem", {
  description:
    "What is wrong and what to do (RFC 9457). `type` is stable; each is described at its address.",
  example: {
    type: "https://passdesk.example/api/problems#invalid",
    title: "Some fields are not as they have to be",
    status: 422,
    detail: "Nothing was changed. Each entry says what to do.",
    requestId: "0193cbb4-7a51-7d3e-9f0e-5a3d8f6b2c11",
    errors: [FIELD_EXAMPLE],
  },
});

/** What the first refusal of a status looks like. */
export function problemExample(status: number): z.output<typeof Problem> {
  const [name, [, title]] = Object.entries(PROBLEMS)
    .find(([, it]) => it[0] === status)!;
  return {
    type: `https://passdesk.example/api/problems#${name}`,
    title,
    status,
    detail: "What to do, in a sentence.",
    requestId: "0193cbb4-7a51-7d3e-9f0e-5a3d8f6b2c11",
    ...(status === 422 && { errors: [FIELD_EXAMPLE] }),
  };
}

/** Fits wherever an operation's answers are typed. */
export type Refusal = Response & TypedResponse<never, never, never>;

/** Answers with a problem (RFC 9457). */
export function problem(
  c: Context<AppEnv>,
  name: ProblemName,
  { detail, errors }: { detail: string; errors?: ProblemEntry[] },
): Refusal {
  const [status, title] = PROBLEMS[name];
  const { requestId, settings } = c.var.services;
  const type = new URL(`/api/problems#${name}`, settings.PUBLIC_URL).href;
  c.header("Content-Type", "application/problem+json");
  return c.body(
    JSON.stringify({ type, title, status, detail, requestId, errors }),
    status,
  ) as Refusal;
}

export function notFoundProblem(c: Context<AppEnv>) {
  return problem(c, "not-found", {
    detail: "It may be mistyped, or be of something that is no longer there.",
  });
}
