import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { resumeSession } from "../services/sessions.ts";
import { readCookie } from "./cookies.ts";
import type { AppEnv } from "./env.ts";

/** Who asks, on every request; an unknown or ended session is nobody's. */
export const resume = createMiddleware<AppEnv>(async (c, next) => {
  if (!c.get("actor")) await resumeActor(c, readCookie(c, "session"));
  await next();
});

export async function resumeActor(
  c: Context<AppEnv>,
  token: string | undefined,
) {
  const actor = await resumeSession(c.get("services"), token);
  if (actor) c.set("actor", actor);
}
