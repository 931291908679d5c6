import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { Settings } from "../services/config.ts";
import type { AppEnv } from "./env.ts";

/** The same for each answer, built once. */
export function fixedHeaders({ PUBLIC_URL }: Settings): [string, string][] {
  return Object.entries({
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy":
      "camera=(), geolocation=(), microphone=(), payment=()",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
    "Vary": "HX-Request-Type, Cookie, Accept-Encoding",
    ...(PUBLIC_URL.protocol === "https:" && {
      "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    }),
  });
}

const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types htmx",
  "script-src 'self'",
].join("; ");

/** Swagger UI writes HTML, sanitised by itself and not by a policy; it shows the contract and nothing stored. */
export function allowViewer(c: Context<AppEnv>) {
  const viewer = POLICY.replace(/require-trusted-types-for[^;]*; /, "")
    .replace("trusted-types htmx", "trusted-types htmx dompurify")
    .replace("img-src 'self'", "img-src 'self' data:");
  c.header("Content-Security-Policy", `${viewer} 'nonce-${c.var.nonce}'`);
}

/**
 * On every answer, errors too (ASVS 3.4). Scripts and styles come from our own files alone; htmx acts
 * only on markup that bears the nonce (hx-csp), and only it may write HTML (Trusted Types).
 *
 * Set before the answer is made: on one that is there already, each header costs a copy of all.
 */
export function securityHeaders(settings: Settings) {
  const fixed = fixedHeaders(settings);
  return createMiddleware<AppEnv>(async (c, next) => {
    c.header(
      "Content-Security-Policy",
      `${POLICY} 'nonce-${c.get("nonce")}'`,
    );
    for (const [name, value] of fixed) c.header(name, value);
    await next();
  });
}
