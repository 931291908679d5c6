import { Hono } from "hono";
import {
  confirmAuthenticators,
  findSuspended,
} from "../services/own_authenticators.ts";
import { formatRecoveryCode } from "../services/recovery_codes.ts";
import { AuthenticatorsPage } from "../views/account_authenticators.tsx";
import { RecoveryCodesPage } from "../views/account_totp.tsx";
import { toCheck } from "./account_check.tsx";
import type { AppEnv } from "./env.ts";
import { readKept } from "./form.ts";
import { respond } from "./respond.tsx";
import { trouble } from "./trouble.tsx";

/** Where the holder confirms suspended authenticators, one by one. */
export const accountAuthenticators = new Hono<AppEnv>()
  .get("/", async (c) => {
    const { services, actor } = c.var;
    if (!actor.mustConfirm) return c.redirect("/account/password", 303);
    const authenticators = await findSuspended(services, actor);
    return respond(c, { page: AuthenticatorsPage, props: { authenticators } });
  })
  .post("/", async (c) => {
    const { services, actor } = c.var;
    const kept = readKept(c);
    const confirmed = await confirmAuthenticators(services, { actor, kept });
    if (confirmed.ok) {
      if (confirmed.value === null) return c.redirect("/?continue=yes", 303);
      c.set("actor", { ...actor, mustConfirm: false });
      return respond(c, {
        page: RecoveryCodesPage,
        props: { codes: confirmed.value.map(formatRecoveryCode), added: false },
      });
    }
    return confirmed.failure.reason === "throttled"
      ? trouble(c, {
        status: 429,
        title: "Too many sets of codes",
        text: "You have made several within an hour. Try again later.",
      })
      : toCheck(c, confirmed.failure, "/account/authenticators");
  });
