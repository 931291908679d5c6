import { createMiddleware } from "hono/factory";
import {
  API_WINDOW_SECONDS,
  countApiRequest,
} from "../../services/api_limits.ts";
import type { AppEnv } from "../env.ts";
import { problem } from "./problems.ts";

/** Tells what is left (draft-ietf-httpapi-ratelimit-headers) and refuses what is too much (RFC 6585, 4). */
export const limitRate = createMiddleware<AppEnv>(async (c, next) => {
  const { limit, remaining, resetSeconds, exceeded } = await countApiRequest(
    c.var.services,
    c.var.actor,
  );
  c.header("RateLimit-Policy", `"requests";q=${limit};w=${API_WINDOW_SECONDS}`);
  c.header("RateLimit", `"requests";r=${remaining};t=${resetSeconds}`);
  if (!exceeded) return await next();
  c.header("Retry-After", String(resetSeconds));
  return problem(c, "throttled", {
    detail: `Try again in ${resetSeconds} seconds.`,
  });
});
