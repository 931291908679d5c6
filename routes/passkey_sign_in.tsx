import { Hono } from "hono";
import { z } from "zod";
import { signInByPasskey } from "../services/passkey_sign_in.ts";
import { signInOptions } from "../services/passkeys.ts";
import { SignInPage } from "../views/sign_in.tsx";
import { readCookie, readDevice } from "./cookies.ts";
import type { AppEnv } from "./env.ts";
import { readFields } from "./form.ts";
import { tooManyAttempts } from "./messages.ts";
import { ownPath } from "./paths.ts";
import { respond } from "./respond.tsx";
import { welcome } from "./signed_in.ts";

const Fields = z.object({
  response: z.string().default(""),
  next: z.string().default("/"),
});

/** Signing in by a passkey: the device proves itself, and who holds it. */
export const passkeySignIn = new Hono<AppEnv>()
  .post("/options", async (c) => {
    const options = await signInOptions(c.var.services);
    return options ? c.json(options) : c.text("Too many requests.\n", 429);
  })
  .post("/", async (c) => {
    const { response, next } = readFields(c, Fields);
    const device = readDevice(c);
    const signedIn = await signInByPasskey(c.var.services, {
      response,
      device,
      step: readCookie(c, "step"),
      replaces: c.var.actor,
    });
    if (signedIn.ok) return welcome(c, signedIn.value, { device, next });
    const { failure } = signedIn;
    const throttled = failure.reason === "throttled";
    if (throttled) {
      c.header("Retry-After", String(failure.retryAfterSeconds));
    }
    return respond(c, {
      page: SignInPage,
      props: {
        identifier: "",
        next: ownPath(next),
        error: throttled
          ? tooManyAttempts(failure.retryAfterSeconds)
          : "This passkey is not known here, or its answer came too late. Sign in with your password.",
      },
      status: throttled ? 429 : 422,
    });
  });
