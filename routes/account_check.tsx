import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import type { OwnAccountFailure } from "../services/own_account.ts";
import { reauthenticate } from "../services/reauthentication.ts";
import { reauthenticateByPasskey } from "../services/passkey_sign_in.ts";
import { CheckPage } from "../views/account_check.tsx";
import { writeCookie } from "./cookies.ts";
import type { AppEnv } from "./env.ts";
import { readFields, readQuery } from "./form.ts";
import { tooManyAttempts } from "./messages.ts";
import { ownPath } from "./paths.ts";
import { redirect, respond } from "./respond.tsx";

const Query = z.object({ next: z.string().optional() });
const Fields = z.object({
  password: z.string().default(""),
  next: z.string().default("/account/password"),
});

const PasskeyFields = z.object({
  response: z.string().default(""),
  next: z.string().default("/account/password"),
});

/** *Is it you?*, asked before a change of what opens the account. */
export const accountCheck = new Hono<AppEnv>()
  .get("/", (c) => {
    const { next } = readQuery(c, Query);
    return respondForm(c, { next: ownPath(next) });
  })
  .post("/passkey", async (c) => {
    const { services, actor } = c.var;
    const { response, next } = readFields(c, PasskeyFields);
    const checked = await reauthenticateByPasskey(services, {
      actor,
      response,
    });
    if (!checked.ok) {
      return respondForm(c, {
        next: ownPath(next),
        error: "This is no passkey of yours, or its answer came too late.",
        status: 422,
      });
    }
    writeCookie(c, "session", checked.value);
    return c.redirect(ownPath(next), 303);
  })
  .post("/", async (c) => {
    const { services, actor } = c.var;
    const { password, next } = readFields(c, Fields);
    const checked = await reauthenticate(services, { actor, password });
    if (checked.ok) {
      writeCookie(c, "session", checked.value);
      return c.redirect(ownPath(next), 303);
    }
    const { failure } = checked;
    switch (failure.reason) {
      case "session_ended":
        return c.redirect("/sign-in", 303);
      case "wrong_password":
        return respondForm(c, {
          next: ownPath(next),
          error: "This is not your current password.",
          status: 422,
        });
      case "throttled":
        c.header("Retry-After", String(failure.retryAfterSeconds));
        return respondForm(c, {
          next: ownPath(next),
          error: tooManyAttempts(failure.retryAfterSeconds),
          status: 429,
        });
    }
  });

/** Where a refused change of one's own account leads: to the check, and from there to `next`. */
export function toCheck(
  c: Context<AppEnv>,
  { reason }: OwnAccountFailure,
  next: string,
) {
  return redirect(
    c,
    reason === "session_ended"
      ? "/sign-in"
      : `/account/check?${new URLSearchParams({ next })}`,
  );
}

function respondForm(
  c: Context<AppEnv>,
  { status = 200, ...said }: {
    next: string;
    error?: string;
    status?: 200 | 422 | 429;
  },
) {
  return respond(c, { page: CheckPage, props: said, status });
}
