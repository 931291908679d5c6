import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../env.ts";

/** An operation that goes away: since when it is not to be built on, until when it works, and what to use then. */
export interface Deprecation {
  since: Date;
  sunset: Date;
  /** The address of what takes its place. */
  instead: string;
}

/** Tells each caller (RFC 9745, RFC 8594; `successor-version` of RFC 5829). */
export function tellDeprecation({ since, sunset, instead }: Deprecation) {
  return createMiddleware<AppEnv>(async (c, next) => {
    c.header("Deprecation", `@${Math.floor(since.getTime() / 1000)}`);
    c.header("Sunset", sunset.toUTCString());
    c.header("Link", `<${instead}>; rel="successor-version"`, { append: true });
    await next();
  });
}
