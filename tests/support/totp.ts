import assert from "node:assert/strict";
import { Secret, TOTP } from "otpauth";
import type { Browser } from "./app.ts";

const PERIOD_MS = 30_000;

/**
 * The code of an app that holds this secret, by a clock that is so many steps ahead. One step, unless told:
 * enrolling uses today's up, and a test that crosses into the next step still has a code that works.
 */
export function codeOf(secret: string, steps = 1): string {
  return new TOTP({ secret: Secret.fromBase32(secret) })
    .generate({ timestamp: Date.now() + steps * PERIOD_MS });
}

/** Adds an authenticator app in a session; tells its secret and the recovery codes. */
export async function enrolTotp(visitor: Browser) {
  await visitor.post("/account/totp", {}, { from: "/account/password" });
  const page = await (await visitor.get("/account/totp")).text();
  const secret = page.match(/<code class="key">([A-Z2-7 ]+)<\/code>/)![1]!
    .replaceAll(" ", "");
  const done = await visitor.post("/account/totp/confirmation", {
    code: codeOf(secret, 0),
  }, { from: "/account/totp" });
  const html = await done.text();
  assert.equal(done.status, 200, html);
  const recoveryCodes = [...html.matchAll(/<code>([A-Z2-9-]{11})<\/code>/g)]
    .map((it) => it[1]!);
  return { secret, recoveryCodes };
}
