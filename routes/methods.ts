import type { Context, Hono } from "hono";
import type { AppEnv } from "./env.ts";

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
  c.header(
    "Allow",
    answers.flatMap((it) => it === "GET" ? ["GET", "HEAD"] : it).join(", "),
  );
  return c.text("This method is not allowed here.\n", 405);
}
