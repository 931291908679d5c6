import { createMiddleware } from "hono/factory";
import { recordRefusal } from "../../services/audit.ts";
import type { Permission, Scope } from "../../services/context.ts";
import { PERMISSION_LABELS } from "../../views/refusals.ts";
import type { AppEnv } from "../env.ts";
import { problem } from "./problems.ts";

export interface Access {
  /** What a token has to name. */
  scope: Scope;
  /** What its owner has to hold: one of these. */
  permissions: readonly [Permission, ...Permission[]];
}

/** At the door of an operation; asked again in the transaction of every change. */
export function requireAccess({ scope, permissions }: Access) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const { actor, services } = c.var;
    const scoped = !actor.token || actor.token.scopes.includes(scope);
    const permitted = permissions.some((it) => actor.permissions.includes(it));
    if (scoped && permitted) return await next();
    await recordRefusal(services, {
      event: "authz_fail",
      actor,
      detail: { method: c.req.method, needs: scoped ? permissions : [scope] },
    });
    return scoped
      ? problem(c, "missing-permission", {
        detail: `This needs the permission ${permissionNames(permissions)}.`,
      })
      : problem(c, "missing-scope", {
        detail: `This needs a token with the scope ${scope}.`,
      });
  });
}

export function permissionNames(permissions: readonly Permission[]) {
  return permissions.map((it) => PERMISSION_LABELS[it]).join(" or ");
}
