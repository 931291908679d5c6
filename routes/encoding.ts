import type { Context } from "hono";
import { accepts } from "hono/accepts";

/**
 * Which of the codings that an answer is there in the client wants most, the first of `supports` among equals;
 * "identity" where it wants none (RFC 9110, 12.5.3).
 */
export function wantedEncoding(c: Context, supports: string[]): string {
  return accepts(c, {
    header: "Accept-Encoding",
    supports,
    default: "identity",
    match: mostWanted,
  });
}

/** Hono's name for it, `acceptsOptions`, is not exported. */
type Match = NonNullable<Parameters<typeof accepts>[1]["match"]>;

/** Hono's own match would take them in the browser's order, and that is gzip first. */
const mostWanted: Match = (accepted, config) => {
  const q = (encoding: string) =>
    (accepted.find((it) => it.type.toLowerCase() === encoding) ??
      accepted.find((it) => it.type === "*"))?.q ?? 0;
  const best = Math.max(...config.supports.map(q));
  return config.supports.find((it) => best > 0 && q(it) === best) ??
    config.default;
};
