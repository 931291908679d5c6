import type { Context, Hono } from "hono";
import type { AppEnv } from "../env.ts";
import { problem } from "./problems.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/**
 * What an address answers: OPTIONS tells (RFC 9110, 9.3.7), and a method that it doesn't know is 405 (15.5.6).
 * Undefined where there is nothing at it.
 */
export function answerMethods(
  c: Context<AppEnv>,
  { router }: Pick<Hono<AppEnv>, "router">,
): Response | undefined {
  const path = c.req.path.replace(/^\/(api\/v1|scim\/v2)/, "");
  const answers = METHODS.filter((method) =>
    router.match(method, path)[0]
      .some(([[, route]]) => route.method === method)
  );
  if (answers.length === 0) return undefined;
  const allow = answers.flatMap((it) => it === "GET" ? ["GET", "HEAD"] : it);
  c.header("Allow", [...allow, "OPTIONS"].join(", "));
  if (c.req.method === "OPTIONS") return c.body(null, 204);
  return problem(c, "method-not-allowed", {
    detail: `This address answers ${allow.join(", ")}.`,
  });
}
