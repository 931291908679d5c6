import type { Context } from "hono";
import { randomBytes } from "node:crypto";
import { sameText, sign } from "../services/tokens.ts";
import { readCookie, writeCookie } from "./cookies.ts";
import type { AppEnv } from "./env.ts";

/**
 * The token for the forms of a page: salted anew for each response, so that compression gives nothing
 * away of it, and bound to the session; for strangers, to a cookie of their visit.
 */
export function csrfToken(c: Context<AppEnv>): string {
  const salt = randomBytes(16).toString("base64url");
  return `${salt}.${sign(binding(c), "csrf", salt)}`;
}

/** Did this page's visitor get the token from us? */
export function isCsrfToken(c: Context<AppEnv>, token: string | null): boolean {
  const [salt = "", mac = ""] = token?.split(".") ?? [];
  return salt !== "" && mac !== "" &&
    sameText(mac, sign(binding(c, { make: false }), "csrf", salt));
}

function binding(c: Context<AppEnv>, { make = true } = {}): string {
  if (c.var.actor) return c.var.actor.sessionKey;
  const visit = readCookie(c, "visit");
  if (visit && /^[\w-]{43}$/.test(visit)) return visit;
  const fresh = randomBytes(32).toString("base64url");
  if (make) writeCookie(c, "visit", fresh);
  return fresh;
}
