import type { Context } from "hono";
import type { AppEnv } from "../env.ts";
import { CORE } from "./attributes.ts";
import { ScimRefusal } from "./errors.ts";
import type { Reading } from "./input_values.ts";

/** What `strictBody` has let pass. */
export async function readBody(c: Context<AppEnv>): Promise<unknown> {
  const text = await c.req.text();
  if (text === "") throw new ScimRefusal("invalidSyntax", "A body is needed.");
  return JSON.parse(text);
}

/** `schemas` may be left out, but must not be those of something else (RFC 7644, 3.3). */
export function checkSchemas(body: unknown) {
  const { schemas } = (body ?? {}) as { schemas?: unknown };
  if (schemas === undefined) return;
  const named = Array.isArray(schemas) &&
    schemas.some((it) =>
      typeof it === "string" && it.toLowerCase() === CORE.toLowerCase()
    );
  if (!named) {
    throw new ScimRefusal("invalidSyntax", `schemas has to name ${CORE}.`);
  }
}

/** A request that is about to be read, for a user as it is now. */
export function startReading(
  c: Context<AppEnv>,
  { email = null, attributes = {} }: Partial<Reading["user"]> = {},
): Reading {
  return {
    given: {},
    declared: declaredNames(c),
    user: { email, attributes },
  };
}

export function declaredNames(c: Context<AppEnv>): ReadonlySet<string> {
  const { USER_ATTRIBUTES } = c.var.services.settings;
  return new Set(USER_ATTRIBUTES.map((it) => it.name));
}
