import type { Context } from "hono";
import { recordRefusal } from "../services/audit.ts";
import type { AppEnv } from "./env.ts";
import { ownPath } from "./paths.ts";
import { redirect } from "./respond.tsx";
import { shownPath, signInPath } from "./sign_in_path.ts";
import { trouble } from "./trouble.tsx";

/**
 * Answers a form whose session has ended: nothing is changed, and its user signs in again. The log tells that
 * a session had ended (`session_use_after_expire` of the OWASP Logging Vocabulary).
 */
export async function leaveEndedSession(
  c: Context<AppEnv>,
  { sessionId, userId }: { sessionId: string; userId: string },
) {
  const { actor, services } = c.var;
  await recordRefusal(services, {
    event: "session_use_after_expire",
    actor,
    subjectId: userId,
    detail: { method: c.req.method, session: sessionId },
  });
  if (!actor) {
    return redirect(c, signInPath({ next: shownPath(c), done: "ended" }));
  }
  return outOfDate(
    c,
    actor.userId === userId
      ? "You have signed in again since it was opened."
      : "Somebody else was signed in when it was opened.",
  );
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
