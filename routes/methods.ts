import type { Context, Hono } from "hono";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "./env.ts";

const KNOWN = ["GET", "HEAD", "POST"];

/** Pages know GET, HEAD and POST (ASVS 4.1.4); what else is asked for is refused before it costs anything. */
export const refuseUnknownMethod = createMiddleware<AppEnv>(async (c, next) => {
  if (KNOWN.includes(c.req.method)) return await next();
  return refuseMethod(c, KNOWN);
});

/** 405 with what would be allowed (RFC 9110, 15.5.6), where the address answers other methods. */
export function methodNotAllowed(
  c: Context<AppEnv>,
  { router }: Pick<Hono<AppEnv>, "router">,
) {
  const answers = ["GET", "POST"].filter((method) =>
    router.match(method, c.req.path)[0]
      .some(([[, route]]) => route.method === method)
  );
  if (answers.length === 0 || answers.includes(c.req.method)) return undefined;
  return refuseMethod(
    c,
    answers.flatMap((it) => it === "GET" ? ["GET", "HEAD"] : it),
  );
}

function refuseMethod(c: Context<AppEnv>, allowed: string[]) {
  c.header("Allow", allowed.join(", "));
  return c.text("This method is not allowed here.\n", 405);
}
