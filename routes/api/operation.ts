import type { Context, MiddlewareHandler } from "hono";
import { z } from "@hono/zod-openapi";
import type { AppEnv } from "../env.ts";
import { type Access, permissionNames, requireAccess } from "./access.ts";
import { type Deprecation, tellDeprecation } from "./deprecation.ts";
import { idempotent } from "./idempotency.ts";
import { JSON_TYPE, strictBody } from "./json_body.ts";
import { Problem, problemExample, PROBLEMS } from "./problems.ts";

export interface Operation extends Access {
  description: string;
  /** Where it is to go away. */
  deprecation?: Deprecation;
}

/** What an operation says of who may call it, and what stands before its handler. */
export function guarded(
  { description, deprecation, ...access }: Operation,
) {
  return {
    ...(deprecation && { deprecated: true }),
    security: [{ token: [] }, { session: [] }],
    "x-scope": access.scope,
    "x-permissions": access.permissions,
    description: `${description}\n\nScope \`${access.scope}\`; permission ${
      permissionNames(access.permissions)
    }.`,
    middleware: [
      ...(deprecation ? [tellDeprecation(deprecation)] : []),
      requireAccess(access),
    ] as MiddlewareHandler<AppEnv>[],
  };
}

/**
 * As `guarded`, for an operation that changes something: strict JSON, and for a POST, once for each key.
 *
 * @param body the type of the body that it needs
 * @param once for a POST that takes an `Idempotency-Key`; with the member of its answer that is told only once
 */
export function changing(
  { once = false, body, ...operation }: Operation & {
    once?: boolean | { secret: string };
    body?: string;
  },
) {
  const { middleware, ...said } = guarded(operation);
  return {
    ...said,
    middleware: [
      ...middleware,
      strictBody({ types: [body ?? JSON_TYPE], needed: body !== undefined }),
      ...(once ? [idempotent(once === true ? undefined : once.secret)] : []),
    ],
  };
}

/** The answer of an operation that went well. */
export function answer<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  headers: Record<string, typeof HEADERS[keyof typeof HEADERS]> = {},
) {
  return {
    description,
    content: { "application/json": { schema } },
    headers: { ...RATE_HEADERS, ...headers },
  };
}

/** An answer without a body. */
export function done(description: string) {
  return { description, headers: RATE_HEADERS };
}

export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return {
    required: true,
    content: { "application/json": { schema } },
  } as const;
}

const header = (description: string, example: string) => ({
  description,
  schema: { type: "string" as const },
  example,
});

export const HEADERS = {
  etag: header(
    "Of this version: send it back as If-Match with a change",
    '"n4bQgYhMfWWaL-qgxVrQ"',
  ),
  location: header(
    "Where it is",
    "/api/v1/users/0193cbb4-7a51-7d3e-9f0e-5a3d8f6b2c11",
  ),
  link: header(
    "The next page, where there is one (RFC 8288)",
    '</api/v1/users?cursor=…>; rel="next"',
  ),
};

const RATE_HEADERS = {
  "RateLimit": header(
    "What is left in this window",
    '"requests";r=599;t=60',
  ),
  "RateLimit-Policy": header("The window", '"requests";q=600;w=60'),
};

type ProblemStatus = (typeof PROBLEMS)[keyof typeof PROBLEMS][0];

const PROBLEM_ANSWERS: Partial<Record<ProblemStatus, string>> = {
  400: "It can't be read",
  401: "No valid token or session",
  403: "Not open to the caller",
  404: "There is no such thing",
  406: "There is no such form of it",
  409: "As things stand, it can't be done",
  412: "It has changed meanwhile",
  413: "Too large",
  415: "The content's type is another one",
  422: "Fields are not as they have to be",
  428: "If-Match is missing",
  429: "Too many requests; Retry-After says how long to wait",
  503: "Not able to answer at the moment; Retry-After says how long to wait",
};

/** The refusals of an operation: those that each has, and its own. */
export function problems<const Status extends ProblemStatus>(
  ...own: Status[]
) {
  const all = [...new Set<ProblemStatus>([400, 401, 403, ...own, 429, 503])];
  return Object.fromEntries(
    all.sort().map((status) => [status, {
      description: PROBLEM_ANSWERS[status]!,
      content: {
        "application/problem+json": {
          schema: Problem,
          example: problemExample(status),
        },
      },
    }]),
  ) as unknown as Record<
    Status | 400 | 401 | 403 | 429 | 503,
    {
      description: string;
      content: { "application/problem+json": { schema: typeof Problem } };
    }
  >;
}

/** The refusals of an operation that takes a body. */
export const BODY_PROBLEMS = [413, 415, 422] as const;

export const IfMatch = z.object({
  "if-match": z.string().optional().openapi({
    description: "The ETag of the version that the change is made from, or *",
    example: '"n4bQgYhMfWWaL-qgxVrQ"',
  }),
});

export const IdempotencyKey = z.object({
  "idempotency-key": z.string().optional().openapi({
    description:
      "Any text of the caller's own: the same request with it happens once and is answered the same way for 24 hours, then with `Idempotency-Replayed: true`. A secret in the answer is told only the first time, and is null from then on",
    example: "8e03978e-40d5-43e8-bc93-6894a57f9324",
  }),
});

/** Tells where the next page is, as a header too. */
export function linkNext(c: Context<AppEnv>, cursor: string | undefined) {
  if (cursor === undefined) return;
  const { PUBLIC_URL } = c.var.services.settings;
  const { pathname, search } = new URL(c.req.url);
  const next = new URL(pathname + search, PUBLIC_URL);
  next.searchParams.set("cursor", cursor);
  c.header("Link", `<${next.href}>; rel="next"`, { append: true });
}

/** How many items a page has, where the caller says. */
export function pageSize({ usual, most }: { usual: number; most: number }) {
  return z.coerce.number().int().min(1).max(most).default(usual).openapi({
    type: "integer",
    minimum: 1,
    maximum: most,
  });
}
