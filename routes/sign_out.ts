import { Hono } from "hono";
import { signOut } from "../services/sessions.ts";
import { dropCookie } from "./cookies.ts";
import type { AppEnv } from "./env.ts";

export const signOutRoutes = new Hono<AppEnv>()
  .post("/", async (c) => {
    await signOut(c.var.services, c.var.actor);
    dropCookie(c, "session");
    dropCookie(c, "kept");
    c.header("Clear-Site-Data", '"cache", "storage"'); // ASVS 14.3.1
    return c.redirect("/sign-in?done=signed-out", 303);
  });
