import type { Context } from "hono";
import { Hono } from "hono";
import { prolongSession, readSessionClock } from "../services/sessions.ts";
import { readCookie } from "./cookies.ts";
import type { AppEnv } from "./env.ts";

/**
 * Tells a page when its session ends, for the warning before it. Stands before `resume`, which would count the
 * question as activity.
 */
export async function sessionClock(c: Context<AppEnv>) {
  const cookie = readCookie(c, "session");
  const clock = await readSessionClock(c.get("services"), cookie);
  return clock ? c.json(clock) : c.json({}, 401);
}

/** *Stay signed in*. */
export const sessionProlongation = new Hono<AppEnv>()
  .post("/", async (c) => {
    const { services, actor } = c.var;
    return c.json(await prolongSession(services, actor));
  });
