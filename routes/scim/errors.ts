import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { AppEnv } from "../env.ts";

/** RFC 7644, table 9, and RFC 9865, 2.1. */
export type ScimType =
  | "invalidFilter"
  | "tooMany"
  | "uniqueness"
  | "mutability"
  | "invalidSyntax"
  | "invalidPath"
  | "noTarget"
  | "invalidValue"
  | "invalidCursor";

/** A request that can't be taken as it is: 400. */
export class ScimRefusal extends HTTPException {
  constructor(readonly scimType: ScimType, message: string) {
    super(400, { message });
  }
}

/** Answers with an error in SCIM's form (RFC 7644, 3.12). */
export function scimError(
  c: Context<AppEnv>,
  status: ContentfulStatusCode,
  { scimType, detail }: { scimType?: ScimType; detail: string },
): Response {
  return scimJson(c, {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
    status: String(status),
    scimType,
    detail,
  }, status);
}

export function scimJson(
  c: Context<AppEnv>,
  body: unknown,
  status: ContentfulStatusCode = 200,
): Response {
  c.header("Content-Type", "application/scim+json");
  return c.body(JSON.stringify(body), status);
}

export function scimNotFound(c: Context<AppEnv>): Response {
  return scimError(c, 404, {
    detail: "It may be mistyped, or be of something that is no longer there.",
  });
}

const OTHER_TYPE = "Send application/scim+json, or application/json, in UTF-8.";

/** Whatever the doors in front of SCIM have refused as a problem is told in SCIM's form. */
export const scimErrors = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  if (c.error instanceof ScimRefusal) {
    const { scimType, message: detail } = c.error;
    c.res = scimError(c, 400, { scimType, detail });
  } else if (
    c.res.headers.get("Content-Type") === "application/problem+json"
  ) {
    const { status, type, title, detail } = await c.res.json();
    c.res = scimError(c, status, {
      ...(type.endsWith("#malformed") && { scimType: "invalidSyntax" }),
      detail: status === 415 ? OTHER_TYPE : `${title}. ${detail}`,
    });
  }
});
