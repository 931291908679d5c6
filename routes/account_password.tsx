import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import { blankEnds } from "../services/password_blanks.ts";
import {
  changePassword,
  type ChangePasswordFailure,
} from "../services/own_password.ts";
import { getSecondFactor } from "../services/own_second_factor.ts";
import { findToConfirm } from "../services/own_authenticators.ts";
import { findOwnPasskeys } from "../services/own_passkeys.ts";
import { AccountPage } from "../views/account.tsx";
import {
  ChangePasswordForm,
  type ChangePasswordProps,
} from "../views/account_password.tsx";
import { violationTexts } from "../views/violations.ts";
import { writeCookie } from "./cookies.ts";
import type { AppEnv } from "./env.ts";
import { readFields, readKept, readQuery } from "./form.ts";
import { tooManyAttempts } from "./messages.ts";
import { respondPasswordCheck } from "./password_check.ts";
import { passwordRules } from "./password_rules.ts";
import { redirect, respond } from "./respond.tsx";
import { resumeActor } from "./session.ts";

const Query = z.object({
  clear: z.literal("yes").optional().catch(undefined),
});

const Fields = z.object({
  currentPassword: z.string().default(""),
  newPassword: z.string().default(""),
});

export const accountPassword = new Hono<AppEnv>()
  .get("/", (c) => {
    const { clear } = readQuery(c, Query);
    return respondForm(c, { clear: clear === "yes" });
  })
  .post("/check", (c) => {
    const { newPassword } = readFields(c, Fields);
    const { actor } = c.var;
    return respondPasswordCheck(c, {
      owner: actor,
      asker: actor.userId,
      password: newPassword,
    });
  })
  .post("/", async (c) => {
    const { services, actor } = c.var;
    const fields = readFields(c, Fields);
    const kept = readKept(c);
    const given = { actor, ...fields, kept };
    const changed = await changePassword(services, given);
    if (!changed.ok) return respondRefusal(c, changed.failure, kept);
    const { token, sessionsEnded } = changed.value;
    writeCookie(c, "session", token);
    await resumeActor(c, token); // the forms of this answer belong to the new session
    const blanks = blankEnds(fields.newPassword);
    return respondForm(c, { changed: { sessionsEnded, blanks } });
  });

function respondRefusal(
  c: Context<AppEnv>,
  failure: ChangePasswordFailure,
  kept: string[],
) {
  switch (failure.reason) {
    case "throttled":
      c.header("Retry-After", String(failure.retryAfterSeconds));
      return respondForm(c, {
        kept,
        errors: { currentPassword: tooManyAttempts(failure.retryAfterSeconds) },
        status: 429,
      });
    case "wrong_password":
      return respondForm(c, {
        kept,
        errors: { currentPassword: "This is not your current password." },
        status: 422,
      });
    case "same_password":
      return respondForm(c, {
        kept,
        errors: {
          newPassword: "This is your current password. Choose a new one.",
        },
        status: 422,
      });
    case "policy":
      return respondForm(c, {
        kept,
        errors: { newPassword: violationTexts(failure.violations) },
        status: 422,
      });
    case "session_ended":
      return redirect(c, "/sign-in");
  }
}

async function respondForm(
  c: Context<AppEnv>,
  { status = 200, errors = {}, kept = [], ...said }:
    & Partial<
      Pick<ChangePasswordProps, "errors" | "changed" | "clear" | "kept">
    >
    & { status?: 200 | 422 | 429 },
) {
  const { services, actor } = c.var;
  return respond(c, {
    page: AccountPage,
    fragment: ChangePasswordForm,
    props: {
      secondFactor: await getSecondFactor(services, actor),
      passkeys: await findOwnPasskeys(services, actor),
      rules: passwordRules(services.settings, actor),
      mustChange: actor.mustChangePassword,
      mustEnrol: actor.mustEnrol,
      toConfirm: await findToConfirm(services, actor),
      kept,
      errors,
      ...said,
    },
    status,
  });
}
