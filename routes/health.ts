import { Hono } from "hono";
import { createReadiness } from "../services/health.ts";
import type { Services } from "../services/context.ts";
import type { AppEnv } from "./env.ts";
import { fixedHeaders } from "./security_headers.ts";

/**
 * For probes, which ask by address: the only path that answers to any Host. It tells up or down and nothing else
 * (ASVS 13.4.5), reads no session, and writes no line in the log.
 */
export function health(services: Services) {
  const isReady = createReadiness(services);
  const headers = Object.fromEntries(fixedHeaders(services.settings));
  headers["Content-Security-Policy"] = "default-src 'none'";
  return new Hono<AppEnv>()
    .get("/live", (c) => c.text("up\n", 200, headers))
    .get(
      "/ready",
      async (c) =>
        await isReady()
          ? c.text("up\n", 200, headers)
          : c.text("down\n", 503, headers),
    );
}
