import type { Context } from "hono";
import type { SignedIn } from "../services/sign_in.ts";
import { dropCookie, writeCookie, writeDevice } from "./cookies.ts";
import type { AppEnv } from "./env.ts";
import { ownPath } from "./paths.ts";

/** Whoever has signed in, in whichever way: the browser gets the session, and goes where it wanted to. */
export function welcome(
  c: Context<AppEnv>,
  { token, mustChangePassword }: SignedIn,
  { device, next }: { device: string; next: string },
) {
  dropCookie(c, "visit");
  dropCookie(c, "step");
  writeDevice(c, device);
  writeCookie(c, "session", token);
  return c.redirect(
    mustChangePassword ? "/account/password" : ownPath(next),
    303,
  );
}
