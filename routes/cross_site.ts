import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { recordRefusal } from "../services/audit.ts";
import { KEPT_MINUTES } from "../services/kept_forms.ts";
import { goesOn } from "../services/sessions.ts";
import { parseToken } from "../services/tokens.ts";
import { CSRF_FIELD } from "../views/form.tsx";
import { readCookie } from "./cookies.ts";
import { type FormOwner, formOwner, isPresent } from "./csrf.ts";
import type { AppEnv } from "./env.ts";
import { leaveEndedSession, leaveOldVisit, type OldForm } from "./old_forms.ts";
import { trouble } from "./trouble.tsx";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses what another site sends (ASVS 3.5.1): on every unsafe method `Origin` and `Sec-Fetch-Site`
 * must be ours where the browser sends them, and the form's token must be right always. A browser that
 * can be tricked sends them; lynx sends neither, and there the token alone decides.
 *
 * A form of ours whose session or visit is over does nothing either, but it is no forgery.
 */
export const refuseCrossSite = createMiddleware<AppEnv>(async (c, next) => {
  if (SAFE.has(c.req.method)) return await next();
  const judged = await judgeForm(c);
  switch (judged.form) {
    case "present":
      return await next();
    case "of an ended session":
      // Harmless, and asked for by the same person: an own new password begins a new session under an old page.
      return isStayOrLeave(c) && c.var.actor?.userId === judged.userId
        ? await next()
        : await leaveEndedSession(c, judged);
    case "of an old visit":
      return leaveOldVisit(c);
    case "forged":
      return await refuseForgery(c, judged.why);
  }
});

async function refuseForgery(c: Context<AppEnv>, why: string) {
  await recordRefusal(c.var.services, {
    event: "malicious_csrf",
    actor: c.var.actor,
    detail: { method: c.req.method, why },
  });
  return trouble(c, {
    status: 403,
    title: "This form can't be accepted",
    text:
      "It comes from another site, or from a page that is out of date. Nothing was changed. Go back, reload the page and send it again.",
  });
}

/** What tells that another site sent it; undefined also where the browser tells nothing. */
export function whyCrossSite(c: Context<AppEnv>): string | undefined {
  const { origin } = c.var.services.settings.PUBLIC_URL;
  const sentOrigin = c.req.header("Origin");
  const site = c.req.header("Sec-Fetch-Site");
  if (sentOrigin !== undefined && sentOrigin !== origin) return "origin";
  if (site !== undefined && site !== "same-origin") return "sec-fetch-site";
  return undefined;
}

type Judgement =
  | { form: "present" }
  | { form: "of an ended session" } & OldForm
  | { form: "of an old visit" }
  | { form: "forged"; why: string };

async function judgeForm(c: Context<AppEnv>): Promise<Judgement> {
  const crossSite = whyCrossSite(c);
  if (crossSite) return { form: "forged", why: crossSite };
  const token = c.var.form.get(CSRF_FIELD);
  if (token === null) return { form: "forged", why: "no token" };
  const owner = formOwner(c, token);
  if (owner && isPresent(c, owner)) return { form: "present" };
  // A token of ours is no proof by itself: an attacker gets one too, for a session or visit of their own.
  if (!owner || !(saysSameOrigin(c) || isOwnBrowser(c, owner))) {
    return { form: "forged", why: "wrong token" };
  }
  if (owner.kind === "visit") return { form: "of an old visit" };
  const session = await sessionOf(c, owner);
  // Its browser would have sent the cookie of a session that goes on, or its user has signed in again without it.
  if (session === "goes on" && c.var.actor?.userId !== owner.userId) {
    return { form: "forged", why: "another session's token" };
  }
  return { ...owner, session, form: "of an ended session" };
}

async function sessionOf(
  c: Context<AppEnv>,
  { sessionId, madeAt }: FormOwner & { kind: "session" },
): Promise<OldForm["session"]> {
  const { services } = c.var;
  if (await goesOn(services, sessionId)) return "goes on";
  const minutes = services.settings.SESSION_HOURS * 60 + KEPT_MINUTES;
  return Date.now() - madeAt < minutes * 60_000 ? "ended" : "ended long ago";
}

function isStayOrLeave({ req: { path } }: Context<AppEnv>) {
  return path === "/session" || path === "/sign-out";
}

/** Does the browser vouch that a page of ours sent it? Those that can be tricked do. */
function saysSameOrigin(c: Context<AppEnv>) {
  return c.req.header("Origin") !== undefined ||
    c.req.header("Sec-Fetch-Site") !== undefined; // and neither is wrong
}

/** Is it the browser that the form was made for? Its user is signed in again, or it has the old cookie still. */
function isOwnBrowser(c: Context<AppEnv>, owner: FormOwner) {
  if (owner.kind !== "session") return false;
  return c.var.actor
    ? c.var.actor.userId === owner.userId
    : parseToken(readCookie(c, "session"))?.id === owner.sessionId;
}
