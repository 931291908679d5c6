import { Hono } from "hono";
import { renewRecoveryCodes } from "../services/own_second_factor.ts";
import { formatRecoveryCode } from "../services/recovery_codes.ts";
import { RecoveryCodesPage } from "../views/account_totp.tsx";
import { toCheck } from "./account_check.tsx";
import type { AppEnv } from "./env.ts";
import { respond } from "./respond.tsx";
import { trouble } from "./trouble.tsx";

export const accountRecoveryCodes = new Hono<AppEnv>()
  .post("/", async (c) => {
    const renewed = await renewRecoveryCodes(c.var.services, c.var.actor);
    if (renewed.ok) {
      return respond(c, {
        page: RecoveryCodesPage,
        props: { codes: renewed.value.map(formatRecoveryCode), added: false },
      });
    }
    switch (renewed.failure.reason) {
      case "not_enrolled":
        return c.redirect("/account/password", 303);
      case "throttled":
        return trouble(c, {
          status: 429,
          title: "Too many sets of codes",
          text: "You have made several within an hour. Try again later.",
        });
      default:
        return toCheck(c, renewed.failure, "/account/password");
    }
  });
