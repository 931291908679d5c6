import { Hono } from "hono";
import { z } from "zod";
import { addPasskey, removePasskey } from "../services/own_passkeys.ts";
import { CREDENTIAL_ID, enrolmentOptions } from "../services/passkeys.ts";
import { formatRecoveryCode } from "../services/recovery_codes.ts";
import { RecoveryCodesPage } from "../views/account_totp.tsx";
import { toCheck } from "./account_check.tsx";
import type { AppEnv } from "./env.ts";
import { readFields } from "./form.ts";
import { respond } from "./respond.tsx";
import { trouble } from "./trouble.tsx";

const ACCOUNT = "/account/password";
const Added = z.object({
  response: z.string().default(""),
  name: z.string().default(""),
});
const Removed = z.object({ id: CREDENTIAL_ID });

/** Adding and removing passkeys. */
export const accountPasskeys = new Hono<AppEnv>()
  .post("/options", async (c) => {
    const { services, actor } = c.var;
    return c.json(await enrolmentOptions(services, actor));
  })
  .post("/", async (c) => {
    const { services, actor } = c.var;
    const added = await addPasskey(services, {
      actor,
      ...readFields(c, Added),
    });
    if (added.ok) {
      return added.value === null ? c.redirect(ACCOUNT, 303) : respond(c, {
        page: RecoveryCodesPage,
        props: { codes: added.value.map(formatRecoveryCode), added: true },
      });
    }
    switch (added.failure.reason) {
      case "not_verified":
        return trouble(c, {
          status: 422,
          title: "The passkey was not added",
          text:
            "The browser's answer was not right, or came too late. Go back and try again.",
        });
      case "too_many":
        return trouble(c, {
          status: 422,
          title: "The passkey was not added",
          text:
            `You have ${added.failure.max} already. Remove one that you don't use.`,
        });
      default:
        return toCheck(c, added.failure, ACCOUNT);
    }
  })
  .post("/removal", async (c) => {
    const { services, actor } = c.var;
    const { id } = readFields(c, Removed);
    const removed = await removePasskey(services, { actor, id });
    return removed.ok
      ? c.redirect(ACCOUNT, 303)
      : toCheck(c, removed.failure, ACCOUNT);
  });
