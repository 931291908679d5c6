import type { Context } from "hono";
import { recordRefusal } from "../services/audit.ts";
import type { AppEnv } from "./env.ts";
import { keepSentForm } from "./kept_forms.ts";
import { ownPath } from "./paths.ts";
import { redirect } from "./respond.tsx";
import { shownPath, signInPath } from "./sign_in_path.ts";
import { trouble } from "./trouble.tsx";

/** A form that was made for another session than the one that sends it. */
export interface OldForm {
  sessionId: string;
  userId: string;
  /**
   * What has become of its session. It goes on where the browser has lost the cookie and its user has signed in
   * again. Where the form is older than a session can be, with half an hour to sign in again, it has ended long ago.
   */
  session: "goes on" | "ended" | "ended long ago";
}

/**
 * Answers a form whose session has ended: nothing is changed, what was typed is kept, and its user signs in again.
 * The log tells that a session had ended (`session_use_after_expire` of the OWASP Logging Vocabulary). A form from
 * long ago is neither kept nor recorded: its token may be in anybody's hands by now.
 */
export async function leaveEndedSession(
  c: Context<AppEnv>,
  { sessionId, userId, session }: OldForm,
) {
  const { actor, services } = c.var;
  const { path } = c.req;
  if (path === "/session") return c.json({}, 401);
  if (path === "/sign-out") return c.redirect("/sign-in?done=signed-out", 303);
  if (path.endsWith("/check")) return beforeSaving(c);
  if (session === "ended") {
    await recordRefusal(services, {
      event: "session_use_after_expire",
      actor,
      subjectId: userId,
      detail: { method: c.req.method, session: sessionId },
    });
  }
  if (actor && actor.userId !== userId) {
    return outOfDate(c, "Somebody else was signed in when it was opened.");
  }
  const kept = session !== "ended long ago" &&
    await keepSentForm(c, { userId });
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
