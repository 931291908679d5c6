import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import { findToConfirm } from "../services/own_authenticators.ts";
import {
  completePasswordReset,
  findReset,
} from "../services/password_resets.ts";
import { ResetPage } from "../views/password_reset.tsx";
import { violationTexts } from "../views/violations.ts";
import { dropCookie, readCookie } from "./cookies.ts";
import type { AppEnv } from "./env.ts";
import { readFields, readKept, readQuery } from "./form.ts";
import { tooManyAttempts } from "./messages.ts";
import { respondPasswordCheck } from "./password_check.ts";
import { passwordRules } from "./password_rules.ts";
import { respond } from "./respond.tsx";

const Query = z.object({
  clear: z.literal("yes").optional().catch(undefined),
});
const Fields = z.object({ newPassword: z.string().default("") });

const NOBODY = { secondFactor: false, permissions: [] };

/** Where the emailed link leads: whoever has its cookie may set the password, once. */
export const passwordReset = new Hono<AppEnv>()
  .get("/", async (c) => {
    const { clear } = readQuery(c, Query);
    return await respondForm(c, { clear: clear === "yes" });
  })
  .post("/check", async (c) => {
    const { newPassword } = readFields(c, Fields);
    const owner = await findReset(c.var.services, readCookie(c, "reset"));
    return respondPasswordCheck(c, {
      owner,
      asker: `reset ${owner?.userId}`,
      password: newPassword,
    });
  })
  .post("/", async (c) => {
    const kept = readKept(c);
    const done = await completePasswordReset(c.var.services, {
      token: readCookie(c, "reset"),
      newPassword: readFields(c, Fields).newPassword,
      kept,
    });
    if (done.ok) {
      dropCookie(c, "reset");
      return c.redirect("/sign-in?done=reset", 303);
    }
    const { failure } = done;
    switch (failure.reason) {
      case "link_over":
        return await respondForm(c, {});
      case "throttled":
        c.header("Retry-After", String(failure.retryAfterSeconds));
        return await respondForm(c, {
          kept,
          error: tooManyAttempts(failure.retryAfterSeconds),
          status: 429,
        });
      case "policy":
        return await respondForm(c, {
          kept,
          error: violationTexts(failure.violations),
          status: 422,
        });
    }
  });

async function respondForm(
  c: Context<AppEnv>,
  { status = 200, kept = [], ...said }: {
    clear?: boolean;
    kept?: string[];
    error?: string;
    status?: 200 | 422 | 429;
  },
) {
  const { services } = c.var;
  const owner = await findReset(services, readCookie(c, "reset"));
  return respond(c, {
    page: ResetPage,
    props: {
      username: owner?.username,
      rules: passwordRules(services.settings, owner ?? NOBODY),
      toConfirm: owner ? await findToConfirm(services, owner) : [],
      kept,
      ...said,
    },
    status: owner ? status : 403,
  });
}
