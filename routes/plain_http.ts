import { createMiddleware } from "hono/factory";
import { cameByPlainHttp } from "../services/address.ts";
import { problem } from "./api/problems.ts";
import type { AppEnv } from "./env.ts";
import { scimError } from "./scim/errors.ts";

const DETAIL =
  "What was sent was not encrypted: a token in it counts as known to others, so revoke it.";

/** Longest address that is sent on; a longer one goes to the start. */
const LONGEST = 2_000;

/** Paths for programs, also where they are mistyped: what is sent there is meant for them. */
const [SCIM, API] = [/^\/+scim(\/|$)/i, /^\/+api(\/|$)/i];

/**
 * Where the address is https, nothing is answered over http. A browser that asks for a page is sent on; a program
 * is refused, since a redirect would hide that its token went out in the clear (ASVS 4.1.2). What carries a token
 * comes from a program, wherever it asks.
 */
export const refusePlainHttp = createMiddleware<AppEnv>(async (c, next) => {
  const { PUBLIC_URL, TRUSTED_PROXIES } = c.var.services.settings;
  const plain = PUBLIC_URL.protocol === "https:" && cameByPlainHttp({
    connection: c.env?.address ?? "unknown",
    forwardedFor: c.req.header("X-Forwarded-For"),
    forwardedProto: c.req.header("X-Forwarded-Proto"),
    trusted: TRUSTED_PROXIES,
  });
  if (!plain) return await next();
  const detail = `Use ${PUBLIC_URL.origin}. ${DETAIL}`;
  const { path, method } = c.req;
  if (SCIM.test(path)) return scimError(c, 403, { detail });
  if (API.test(path) || c.req.header("Authorization") !== undefined) {
    return problem(c, "https-needed", { detail });
  }
  if (method !== "GET" && method !== "HEAD") {
    return c.text(`Use ${PUBLIC_URL.origin}\n`, 403);
  }
  const { pathname, search } = new URL(c.req.url);
  const to = PUBLIC_URL.origin + pathname + search;
  return c.redirect(to.length > LONGEST ? PUBLIC_URL.origin : to, 308);
});
