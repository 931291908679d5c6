import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { recordRefusal } from "../services/audit.ts";
import { CSRF_FIELD } from "../views/form.tsx";
import { isCsrfToken } from "./csrf.ts";
import type { AppEnv } from "./env.ts";
import { trouble } from "./trouble.tsx";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses what another site sends (ASVS 3.5.1): on every unsafe method `Origin` and `Sec-Fetch-Site`
 * must be ours where the browser sends them, and the form's token must be right always. A browser that
 * can be tricked sends them; lynx sends neither, and there the token alone decides.
 */
export const refuseCrossSite = createMiddleware<AppEnv>(async (c, next) => {
  if (SAFE.has(c.req.method)) return await next();
  const why = whyForged(c);
  if (!why) return await next();
  await recordRefusal(c.var.services, {
    event: "malicious_csrf",
    actor: c.var.actor,
    detail: { method: c.req.method, why },
  });
  return trouble(c, {
    status: 403,
    title: "This form can't be accepted",
    text:
      "It was opened before you signed in or out, or it comes from another site. Nothing was changed. Go back, reload the page and send it again.",
  });
});

/** What tells that another site sent it; undefined also where the browser tells nothing. */
export function whyCrossSite(c: Context<AppEnv>): string | undefined {
  const { origin } = c.var.services.settings.PUBLIC_URL;
  const sentOrigin = c.req.header("Origin");
  const site = c.req.header("Sec-Fetch-Site");
  if (sentOrigin !== undefined && sentOrigin !== origin) return "origin";
  if (site !== undefined && site !== "same-origin") return "sec-fetch-site";
  return undefined;
}

function whyForged(c: Context<AppEnv>): string | undefined {
  const crossSite = whyCrossSite(c);
  if (crossSite) return crossSite;
  const token = c.var.form.get(CSRF_FIELD);
  if (token === null) return "no token";
  return isCsrfToken(c, token) ? undefined : "wrong token";
}
