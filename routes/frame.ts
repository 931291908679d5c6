import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { randomBytes } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { clientAddress, turnPlace } from "../services/address.ts";
import type { Settings } from "../services/config.ts";
import type { Services } from "../services/context.ts";
import { inTurnOf } from "../services/hash_turns.ts";
import type { Assets } from "./assets.ts";
import type { AppEnv } from "./env.ts";
import { DeadlineError } from "./failures.ts";

/** Gives each request its id, its services and its nonce, and writes its line in the log. */
export function frame(services: Services, assets: Assets) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const started = performance.now();
    const requestId = uuidv7();
    const over = new AbortController();
    c.set("over", over);
    const address = clientAddress({
      connection: c.env?.address ?? "unknown",
      forwardedFor: c.req.header("X-Forwarded-For"),
      trusted: services.settings.TRUSTED_PROXIES,
    });
    const { signal } = over;
    c.set("services", {
      ...services,
      hasher: inTurnOf(services.hasher, {
        place: turnPlace(address),
        signal,
      }),
      requestId,
      address,
      signal,
      userAgent: printable(c.req.header("User-Agent") ?? "").slice(0, 300),
    });
    c.set("nonce", randomBytes(16).toString("base64"));
    c.set("asset", assets.url);
    c.header("X-Request-Id", requestId);
    await next();
    services.log("info", "request", {
      requestId,
      method: c.req.method,
      route: route(c), // the pattern: an address may hold a token or a name
      status: c.res.status,
      ...(c.env?.isCut?.() && { cut: true }), // by the client, before its request was whole
      ms: Math.round(performance.now() - started),
      ...(c.get("actor") && { userId: c.get("actor").userId }),
    });
  });
}

/** An unknown Host may be an attack on links and caches: nothing is answered but where we are. */
export const refuseUnknownHost = createMiddleware<AppEnv>(async (c, next) => {
  const { host, origin } = c.get("services").settings.PUBLIC_URL;
  if (URL.parse(c.req.url)?.host === host) return await next();
  return c.text(`This Passdesk is at ${origin}\n`, 421);
});

/** A file of a million users over a slow line. */
const UPLOAD_SECONDS = 3600;

/** Seconds in which a request at this path has to be there and answered. */
export function requestSeconds(
  { REQUEST_TIMEOUT_SECONDS }: Pick<Settings, "REQUEST_TIMEOUT_SECONDS">,
  path: string,
): number {
  return path === "/api/v1/imports" ? UPLOAD_SECONDS : REQUEST_TIMEOUT_SECONDS;
}

/** Every request has a deadline: what waits in a line somewhere is told to come back (RFC 9110, 15.6.4). */
export const deadline = createMiddleware<AppEnv>(async (c, next) => {
  const seconds = requestSeconds(c.get("services").settings, c.req.path);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      c.var.over.abort(); // what is not committed yet never will be
      reject(new DeadlineError());
    }, seconds * 1000);
  });
  try {
    await Promise.race([next(), over]);
  } finally {
    clearTimeout(timer);
  }
});

function route(c: Context<AppEnv>) {
  return c.req.matchedRoutes.findLast((it) => it.method !== "ALL")?.path ??
    "none";
}

function printable(text: string) {
  return text.replace(/\p{C}/gu, "");
}
