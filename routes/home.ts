import { Hono } from "hono";
import type { AppEnv } from "./env.ts";
import { pathOfKeptForm } from "./kept_forms.ts";

/** To where the person works. After a forced change, first to the form that was kept when the session had ended. */
export const home = new Hono<AppEnv>()
  .get("/", async (c) => {
    const kept = c.req.query("continue") && await pathOfKeptForm(c);
    if (kept) return c.redirect(kept, 303);
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
