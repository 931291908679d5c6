import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import { z } from "zod";
import type { UserInput } from "../services/user_fields.ts";
import { KEEP } from "../views/authenticators.tsx";
import type { AppEnv } from "./env.ts";

/** Bytes of a request's body; the longest form needs a tenth. */
export const BODY_LIMIT = 64 * 1024;

const limit = bodyLimit({
  maxSize: BODY_LIMIT,
  onError: () => {
    throw new HTTPException(413);
  },
});

/**
 * Refuses a longer body by 413. hono copies a chunked one by `new Request(c.req.raw)`, which throws for the adapter's lightweight
 * request of a socket; hence it is given a real one.
 */
export const limitBody = createMiddleware<AppEnv>(async (c, next) => {
  const { raw } = c.req;
  if (raw.headers.has("Transfer-Encoding")) {
    const { method, headers, body, signal } = raw;
    c.req.raw = new Request(raw.url, { method, headers, body, signal });
  }
  return await limit(c, next);
});

/** Reads the fields of an unsafe request once. A field twice means that two readers could differ (ASVS 15.3.7). */
export const readForm = createMiddleware<AppEnv>(async (c, next) => {
  c.set("form", new URLSearchParams());
  if (!["GET", "HEAD", "OPTIONS"].includes(c.req.method)) {
    const type = c.req.header("Content-Type")?.split(";")[0]?.trim();
    const body = await c.req.text();
    if (
      type?.toLowerCase() !== "application/x-www-form-urlencoded" &&
      (type !== undefined || body !== "")
    ) throw new HTTPException(415);
    const form = new URLSearchParams(body);
    if (hasTwice(form)) throw new HTTPException(400);
    c.set("form", form);
  }
  await next();
});

/** The fields of a form that a handler names; others are not looked at. What no form of ours sends is a 400. */
export function readFields<Schema extends z.ZodType>(
  c: Context<AppEnv>,
  schema: Schema,
): z.output<Schema> {
  const fields = schema.safeParse(Object.fromEntries(c.var.form));
  if (!fields.success) throw new HTTPException(400);
  return fields.data;
}

export function readQuery<Schema extends z.ZodType>(
  c: Context<AppEnv>,
  schema: Schema,
): z.output<Schema> {
  const query = readableQuery(c, schema);
  if (query === undefined) throw new HTTPException(400);
  return query;
}

/** The same; undefined where it is not as it should be. */
export function readableQuery<Schema extends z.ZodType>(
  c: Context<AppEnv>,
  schema: Schema,
): z.output<Schema> | undefined {
  const { searchParams } = new URL(c.req.url);
  return hasTwice(searchParams)
    ? undefined
    : schema.safeParse(Object.fromEntries(searchParams)).data;
}

/** A username or email as typed. Nobody's is longer, and comparing a long one costs whoever waits behind it. */
export const Identifier = z.string().default("")
  .transform((it) => it.trim().slice(0, 320));

/** What a form says of a user; the service judges it. */
export function readUserInput(c: Context<AppEnv>): UserInput {
  const { form, services } = c.var;
  return {
    name: form.get("name") ?? "",
    username: form.get("username") ?? "",
    email: form.get("email") ?? "",
    attributes: Object.fromEntries(
      services.settings.USER_ATTRIBUTES.map(({ name }) => [
        name,
        form.get(`attributes.${name}`) ?? "",
      ]),
    ),
  };
}

/** The keys of the authenticators that a form names as the user's own. */
export function readKept(c: Context<AppEnv>): string[] {
  return [...c.var.form].flatMap(([name, value]) =>
    name.startsWith(KEEP) && value === "yes" ? name.slice(KEEP.length) : []
  );
}

function hasTwice(params: URLSearchParams) {
  return new Set(params.keys()).size !== [...params.keys()].length;
}
