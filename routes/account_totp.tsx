import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import {
  confirmTotp,
  getSecondFactor,
  removeTotp,
  startTotp,
} from "../services/own_second_factor.ts";
import { formatRecoveryCode } from "../services/recovery_codes.ts";
import {
  EnrolTotpPage,
  RecoveryCodesPage,
  RemoveTotpPage,
} from "../views/account_totp.tsx";
import type { AppEnv } from "./env.ts";
import { readFields } from "./form.ts";
import { toCheck } from "./account_check.tsx";
import { compareClocks } from "./messages.ts";
import { respond } from "./respond.tsx";

const ACCOUNT = "/account/password";
const Fields = z.object({
  code: z.string().default("").transform((it) => it.slice(0, 100)),
});

/** Adding and removing an authenticator app. */
export const accountTotp = new Hono<AppEnv>()
  .get("/", (c) => respondEnrolment(c, {}))
  .post("/", async (c) => {
    const started = await startTotp(c.var.services, c.var.actor);
    if (started.ok) return c.redirect("/account/totp", 303);
    return started.failure.reason === "enrolled"
      ? c.redirect(ACCOUNT, 303)
      : toCheck(c, started.failure, ACCOUNT);
  })
  .post("/confirmation", async (c) => {
    const { services, actor } = c.var;
    const { code } = readFields(c, Fields);
    const confirmed = await confirmTotp(services, { actor, code });
    if (confirmed.ok) {
      return respond(c, {
        page: RecoveryCodesPage,
        props: { codes: confirmed.value.map(formatRecoveryCode), added: true },
      });
    }
    switch (confirmed.failure.reason) {
      case "wrong_code":
        return await respondEnrolment(c, {
          error:
            `This is not the code that the app shows now. ${compareClocks()}`,
          status: 422,
        });
      case "not_started":
        return c.redirect(ACCOUNT, 303);
      default:
        return toCheck(c, confirmed.failure, "/account/totp");
    }
  })
  .get("/removal", (c) => respond(c, { page: RemoveTotpPage, props: {} }))
  .post("/removal", async (c) => {
    const removed = await removeTotp(c.var.services, c.var.actor);
    return removed.ok
      ? c.redirect(ACCOUNT, 303)
      : toCheck(c, removed.failure, "/account/totp/removal");
  });

async function respondEnrolment(
  c: Context<AppEnv>,
  { status = 200, error }: { status?: 200 | 422; error?: string },
) {
  const { services, actor } = c.var;
  const { enrolment } = await getSecondFactor(services, actor);
  if (!enrolment) return c.redirect(ACCOUNT, 303);
  return respond(c, {
    page: EnrolTotpPage,
    props: { ...enrolment, error },
    status,
  });
}
