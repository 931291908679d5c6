import type { Context } from "hono";
import type { AppEnv } from "./env.ts";
import { ownPath } from "./paths.ts";

/** The sign-in page, which leads on to `next` and says what has happened. */
export function signInPath(
  { next, done }: { next: string; done?: "ended" | "kept" | "stale" },
): string {
  const query = new URLSearchParams({
    ...(next !== "/" && { next }),
    ...(done && { done }),
  });
  return query.size === 0 ? "/sign-in" : `/sign-in?${query}`;
}

/** The page that somebody looks at: what was asked for, or where the form stands that was sent. */
export function shownPath(c: Context<AppEnv>): string {
  const shown = URL.parse(
    c.req.header("HX-Current-URL") ??
      (c.req.method === "GET" ? c.req.url : c.req.header("Referer")) ?? "",
  );
  return shown ? ownPath(shown.pathname + shown.search) : "/";
}
