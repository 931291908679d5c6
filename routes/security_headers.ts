import { createMiddleware } from "hono/factory";
import type { AppEnv } from "./env.ts";

/**
 * On every answer, errors too (ASVS 3.4). Scripts and styles come from our own files alone; htmx acts
 * only on markup that bears the nonce (hx-csp), and only it may write HTML (Trusted Types).
 */
export const securityHeaders = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  const csp = [
    "default-src 'none'",
    `script-src 'self' 'nonce-${c.var.nonce}'`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types htmx",
  ].join("; ");
  const headers: Record<string, string> = {
    "Content-Security-Policy": csp,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy":
      "camera=(), geolocation=(), microphone=(), payment=()",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
  };
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
  if (!c.res.headers.has("Cache-Control")) {
    c.header("Cache-Control", "no-store");
    c.header("Vary", "HX-Request-Type, Cookie", { append: true });
  }
  if (c.var.services.settings.PUBLIC_URL.protocol === "https:") {
    c.header(
      "Strict-Transport-Security",
      "max-age=63072000; includeSubDomains",
    );
  }
});
