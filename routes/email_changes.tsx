import type { Context } from "hono";
import { Hono } from "hono";
import {
  EMAIL_CHANGE_HOURS,
  findEmailStep,
  takeEmailStep,
} from "../services/email_changes.ts";
import { EmailChangePage } from "../views/email_change.tsx";
import { dropCookie, keepLinkToken, readCookie } from "./cookies.ts";
import type { AppEnv } from "./env.ts";
import { respond } from "./respond.tsx";

/** The link to the new address, which confirms it. */
export const emailConfirmation = stepRoutes("confirm", "/email-confirmation");
/** The link to the old one, which stops the change. */
export const emailStop = stepRoutes("stop", "/email-stop");

/** As every link in a mail: opening it changes nothing, and its token goes into a cookie. */
function stepRoutes(step: "confirm" | "stop", path: string) {
  const [purpose, cookie] = [`${step}_email`, `${step}-email`] as const;
  return new Hono<AppEnv>()
    .get("/", async (c) => {
      const token = readCookie(c, cookie);
      const about = await findEmailStep(c.var.services, purpose, token);
      return respondPage(c, { state: about ? "open" : "over", about });
    })
    .get("/:token", (c) => {
      keepLinkToken(c, cookie, EMAIL_CHANGE_HOURS * 3600);
      return c.redirect(path, 303);
    })
    .post("/", async (c) => {
      const taken = await takeEmailStep(c.var.services, {
        step: purpose,
        token: readCookie(c, cookie),
      });
      dropCookie(c, cookie);
      if (taken.ok) return respondPage(c, { state: "done" });
      return respondPage(c, {
        state: taken.failure.reason === "taken" ? "taken" : "over",
      });
    });

  function respondPage(
    c: Context<AppEnv>,
    said: {
      state: "open" | "done" | "over" | "taken";
      about?: { username: string; email: string } | undefined;
    },
  ) {
    return respond(c, {
      page: EmailChangePage,
      props: { step, ...said },
      status: { open: 200, done: 200, over: 403, taken: 409 }[said.state] as
        | 200
        | 403
        | 409,
    });
  }
}
