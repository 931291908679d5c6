import type { Context } from "hono";
import { recordRefusal } from "../services/audit.ts";
import type { AppEnv } from "./env.ts";
import { keepSentForm } from "./kept_forms.ts";
import { ownPath } from "./paths.ts";
import { redirect } from "./respond.tsx";
import { shownPath, signInPath } from "./sign_in_path.ts";
import { trouble } from "./trouble.tsx";

/**
 * Answers a form whose session has ended: nothing is changed, what was typed is kept, and its user signs in again.
 * The log tells that a session had ended (`session_use_after_expire` of the OWASP Logging Vocabulary).
 */
export async function leaveEndedSession(
  c: Context<AppEnv>,
  { sessionId, userId }: { sessionId: string; userId: string },
) {
  const { actor, services } = c.var;
  const { path } = c.req;
  if (path === "/session") return c.json({}, 401);
  if (path === "/sign-out") return c.redirect("/sign-in?done=signed-out", 303);
  if (path.endsWith("/check")) return beforeSaving(c);
  await recordRefusal(services, {
    event: "session_use_after_expire",
    actor,
    subjectId: userId,
    detail: { method: c.req.method, session: sessionId },
  });
  if (actor && actor.userId !== userId) {
    return outOfDate(c, "Somebody else was signed in when it was opened.");
  }
  const kept = await keepSentForm(c, { userId });
  const next = kept ? path : shownPath(c);
  if (!actor) {
    return redirect(c, signInPath({ next, done: kept ? "kept" : "ended" }));
  }
  return kept
    ? redirect(c, next)
    : outOfDate(c, "You have signed in again since it was opened.");
}

/** While a password is typed: whoever types goes on, and what there is to do is said above. */
function beforeSaving(c: Context<AppEnv>) {
  return trouble(c, {
    status: 403,
    title: "Your session has ended",
    text:
      "Press Save: you sign in again and come back to this form. Passwords are not kept.",
  });
}

/** Answers a stranger's form that was opened before the visit began that goes on now, or before signing in. */
export function leaveOldVisit(c: Context<AppEnv>) {
  const { path } = c.req;
  if (path !== "/sign-in" && !path.startsWith("/sign-in/")) {
    return outOfDate(c, "You have signed in or out since it was opened.");
  }
  const next = ownPath(c.var.form.get("next") ?? undefined);
  return redirect(
    c,
    c.var.actor ? next : signInPath({ next, done: "stale" }),
  );
}

function outOfDate(c: Context<AppEnv>, why: string) {
  return trouble(c, {
    status: 403,
    title: "This page is out of date",
    text: `${why} Nothing was changed. Reload the page and try again.`,
  });
}
