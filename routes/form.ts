import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import { z } from "zod";
import type { UserInput } from "../services/user_fields.ts";
import type { AppEnv } from "./env.ts";

/** Bytes of a request's body; the longest form needs a tenth. */
export const BODY_LIMIT = 64 * 1024;

export const limitBody = bodyLimit({
  maxSize: BODY_LIMIT,
  onError: () => {
    throw new HTTPException(413);
  },
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
    c.set("form", once(new URLSearchParams(body)));
  }
  await next();
});

/** The fields of a form that a handler names; others are not looked at. What no form of ours sends is a 400. */
export function readFields<Schema extends z.ZodType>(
  c: Context<AppEnv>,
  schema: Schema,
): z.output<Schema> {
  return parse(schema, Object.fromEntries(c.var.form));
}

export function readQuery<Schema extends z.ZodType>(
  c: Context<AppEnv>,
  schema: Schema,
): z.output<Schema> {
  const params = once(new URL(c.req.url).searchParams);
  return parse(schema, Object.fromEntries(params));
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

function once(params: URLSearchParams) {
  if (new Set(params.keys()).size !== [...params.keys()].length) {
    throw new HTTPException(400);
  }
  return params;
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new HTTPException(400);
  return parsed.data;
}
