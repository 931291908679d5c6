import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import {
  completeSetup,
  FIRST,
  isSetupOpen,
  SETUP_LINK_MINUTES,
} from "../services/setup.ts";
import { SetupPage } from "../views/setup.tsx";
import { violationTexts } from "../views/violations.ts";
import { dropCookie, keepLinkToken, readCookie } from "./cookies.ts";
import type { AppEnv } from "./env.ts";
import { readFields, readQuery, readUserInput } from "./form.ts";
import { problemTexts } from "./messages.ts";
import { respondPasswordCheck } from "./password_check.ts";
import { passwordRules } from "./password_rules.ts";
import { respond } from "./respond.tsx";

const Query = z.object({
  clear: z.literal("yes").optional().catch(undefined),
});
const Fields = z.object({ newPassword: z.string().default("") });

/** The printed link moves its token into a cookie: no page is shown whose address holds it (ASVS 14.2.1). */
export const setup = new Hono<AppEnv>()
  .get("/", async (c) => {
    const { clear } = readQuery(c, Query);
    return await respondForm(c, { clear: clear === "yes" });
  })
  .get("/:token", (c) => {
    keepLinkToken(c, "setup", SETUP_LINK_MINUTES * 60);
    return c.redirect("/setup", 303);
  })
  .post("/check", async (c) => {
    const { newPassword } = readFields(c, Fields);
    const open = await isSetupOpen(c.var.services, readCookie(c, "setup"));
    const { name, username, email } = readUserInput(c);
    return respondPasswordCheck(c, {
      owner: open ? { name, username, email, ...FIRST } : undefined,
      asker: "setup",
      password: newPassword,
    });
  })
  .post("/", async (c) => {
    const done = await completeSetup(c.var.services, {
      token: readCookie(c, "setup"),
      input: readUserInput(c),
      password: readFields(c, Fields).newPassword,
    });
    if (done.ok) {
      dropCookie(c, "setup");
      return c.redirect("/sign-in?done=set-up", 303);
    }
    const { failure } = done;
    switch (failure.reason) {
      case "link_over":
        return await respondForm(c, { status: 403 });
      case "invalid":
        return await respondForm(c, {
          errors: problemTexts(failure.problems),
          status: 422,
        });
      case "policy":
        return await respondForm(c, {
          errors: { newPassword: violationTexts(failure.violations) },
          status: 422,
        });
    }
  });

async function respondForm(
  c: Context<AppEnv>,
  { errors = {}, clear, status = 200 }: {
    errors?: Record<string, string>;
    clear?: boolean;
    status?: 200 | 403 | 422;
  },
) {
  const { services } = c.var;
  const open = await isSetupOpen(services, readCookie(c, "setup"));
  return respond(c, {
    page: SetupPage,
    props: {
      open,
      input: readUserInput(c),
      rules: passwordRules(services.settings, FIRST),
      clear,
      errors,
    },
    status: open ? status : 403,
  });
}
