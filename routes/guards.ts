import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { recordRefusal } from "../services/audit.ts";
import type { Permission } from "../services/context.ts";
import { PERMISSION_LABELS } from "../views/refusals.ts";
import { readCookie } from "./cookies.ts";
import type { AppEnv } from "./env.ts";
import { redirect, wantsFragment } from "./respond.tsx";
import { shownPath, signInPath } from "./sign_in_path.ts";
import { trouble } from "./trouble.tsx";

const FORCED = "/account/password";
const CONFIRMATION = ["/account/authenticators", "/account/check"];
const ENROLMENT = ["password", "totp", "passkeys", "check"]
  .map((it) => `/account/${it}`);

/**
 * Whoever is signed in; with a temporary password, only to replace it (ASVS 6.4.1); with suspended authenticators,
 * only to confirm them; without a second factor that the settings ask for, only to add one (ASVS 6.3.3).
 */
export const requireUser = createMiddleware<AppEnv>(async (c, next) => {
  const actor = c.get("actor");
  if (!actor) {
    const ended = readCookie(c, "session") !== undefined;
    if (ended && opensDialog(c)) return keepPage(c);
    return redirect(
      c,
      signInPath({ next: shownPath(c), ...(ended && { done: "ended" }) }),
    );
  }
  const open = actor.mustChangePassword
    ? [FORCED]
    : actor.mustConfirm
    ? CONFIRMATION
    : actor.mustEnrol
    ? ENROLMENT
    : undefined;
  const { path } = c.req;
  const shut = open && !["/sign-out", "/session"].includes(path) &&
    !open.some((it) => path === it || path.startsWith(`${it}/`));
  if (shut) return redirect(c, open[0]!);
  await next();
});

/** A dialog opens over a page in which something may be typed. */
function opensDialog(c: Context<AppEnv>) {
  return c.req.method === "GET" && wantsFragment(c) &&
    c.req.header("HX-Target")?.startsWith("dialog");
}

function keepPage(c: Context<AppEnv>) {
  return trouble(c, {
    status: 403,
    title: "Your session has ended",
    text:
      "Press Save on this page: you sign in again, and what you have typed comes back.",
  });
}

/** Whoever holds one of these; asked again in the transaction of every change. */
export function requirePermission(
  ...permissions: [Permission, ...Permission[]]
) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const actor = c.get("actor");
    if (permissions.some((it) => actor.permissions.includes(it))) {
      return await next();
    }
    await recordRefusal(c.get("services"), {
      event: "authz_fail",
      actor,
      detail: { method: c.req.method, needs: permissions },
    });
    const names = permissions.map((it) => PERMISSION_LABELS[it]).join(" or ");
    return trouble(c, {
      status: 403,
      title: "Not open to you",
      text:
        `This needs the permission ${names}, which you don't hold. Ask an administrator.`,
    });
  });
}
