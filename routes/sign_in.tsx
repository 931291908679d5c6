import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import { KEPT_MINUTES } from "../services/kept_forms.ts";
import { PENDING_MINUTES, signIn } from "../services/sign_in.ts";
import { SignInPage, type SignInProps } from "../views/sign_in.tsx";
import { readDevice, writeCookie } from "./cookies.ts";
import type { AppEnv } from "./env.ts";
import { Identifier, readFields, readQuery } from "./form.ts";
import { tooManyAttempts } from "./messages.ts";
import { ownPath } from "./paths.ts";
import { respond } from "./respond.tsx";
import { welcome } from "./signed_in.ts";

const Query = z.object({
  next: z.string().optional(),
  done: z.enum(["signed-out", "set-up", "reset", "ended", "kept", "stale"])
    .optional().catch(undefined),
});

const Fields = z.object({
  identifier: Identifier,
  password: z.string().default(""),
  next: z.string().default("/"),
});

const DONE = {
  "signed-out": "You are signed out.",
  "reset": "Your password is changed, and all sessions were ended. Sign in.",
  "ended": "Your session has ended. Sign in to go on.",
  "kept":
    `Your session has ended, so nothing was saved yet. Sign in to get your form back. It is kept for ${KEPT_MINUTES} minutes, without passwords.`,
  "stale":
    "This page was out of date, so nobody was signed in. Please sign in now.",
  "set-up": "The first administrator is created. Sign in.",
};

/** The same for everybody: unknown, disabled, expired or just mistyped (OWASP Authentication Cheat Sheet). */
const WRONG =
  "Username or password is not right. Check both, mind capital letters, and try again.";

export const signInRoutes = new Hono<AppEnv>()
  .get("/", (c) => {
    const { next, done } = readQuery(c, Query);
    if (c.var.actor) return c.redirect(ownPath(next), 303);
    return respondForm(c, { next: ownPath(next), notice: done && DONE[done] });
  })
  .post("/", async (c) => {
    const { identifier, password, next } = readFields(c, Fields);
    const device = readDevice(c);
    const signedIn = await signIn(c.var.services, {
      identifier,
      password,
      device,
      replaces: c.var.actor,
    });
    if (signedIn.ok) {
      const { token, pending } = signedIn.value;
      if (pending) {
        writeCookie(c, "step", token, PENDING_MINUTES * 60);
        const params = new URLSearchParams({ next: ownPath(next) });
        return c.redirect(`/sign-in/second-factor?${params}`, 303);
      }
      return welcome(c, signedIn.value, { device, next });
    }
    const { failure } = signedIn;
    if (failure.reason === "wrong_credentials") {
      return respondForm(c, {
        identifier,
        next: ownPath(next),
        error: WRONG,
        status: 422,
      });
    }
    c.header("Retry-After", String(failure.retryAfterSeconds));
    return respondForm(c, {
      identifier,
      next: ownPath(next),
      error: tooManyAttempts(failure.retryAfterSeconds),
      status: 429,
    });
  });

function respondForm(
  c: Context<AppEnv>,
  { status = 200, ...said }: Partial<SignInProps> & {
    status?: 200 | 422 | 429;
  },
) {
  return respond(c, {
    page: SignInPage,
    props: { identifier: "", next: "/", ...said },
    status,
  });
}
