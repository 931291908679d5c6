import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import { requestPasswordReset } from "../services/password_resets.ts";
import {
  RequestResetPage,
  type RequestResetProps,
} from "../views/password_reset.tsx";
import { keepLinkToken } from "./cookies.ts";
import type { AppEnv } from "./env.ts";
import { Identifier, readFields } from "./form.ts";
import { tooManyAttempts } from "./messages.ts";
import { respond } from "./respond.tsx";

const Fields = z.object({ identifier: Identifier });

export const passwordResets = new Hono<AppEnv>()
  .get("/new", (c) => respondRequest(c, {}))
  .post("/new", async (c) => {
    const { identifier } = readFields(c, Fields);
    if (identifier === "") {
      return respondRequest(c, {
        error: "Please fill in your username or email.",
        status: 422,
      });
    }
    const requested = await requestPasswordReset(c.var.services, {
      identifier,
    });
    if (requested.ok) return respondRequest(c, { requested: true });
    const { retryAfterSeconds } = requested.failure;
    c.header("Retry-After", String(retryAfterSeconds));
    return respondRequest(c, {
      identifier,
      error: tooManyAttempts(retryAfterSeconds),
      status: 429,
    });
  })
  // Uses nothing up and tells nothing: mail scanners open links too, and no page has a token in its address.
  .get("/:token", (c) => {
    const { RESET_LINK_MINUTES } = c.var.services.settings;
    keepLinkToken(c, "reset", RESET_LINK_MINUTES * 60);
    return c.redirect("/password-reset", 303);
  });

function respondRequest(
  c: Context<AppEnv>,
  { status = 200, identifier = "", ...said }:
    & Partial<Omit<RequestResetProps, "minutes">>
    & { status?: 200 | 422 | 429 },
) {
  return respond(c, {
    page: RequestResetPage,
    props: {
      identifier,
      minutes: c.var.services.settings.RESET_LINK_MINUTES,
      ...said,
    },
    status,
  });
}
