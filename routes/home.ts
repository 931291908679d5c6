import { Hono } from "hono";
import type { AppEnv } from "./env.ts";

/** To where the person works. */
export const home = new Hono<AppEnv>()
  .get("/", (c) => {
    const { permissions } = c.var.actor;
    if (
      permissions.includes("user_management") ||
      permissions.includes("administration")
    ) return c.redirect("/users", 303);
    return c.redirect(
      permissions.includes("audit_log") ? "/audit" : "/account/password",
      303,
    );
  });
