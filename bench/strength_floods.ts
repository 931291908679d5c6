import { csrfOf } from "../tests/support/app.ts";
import type { Flood } from "./flooded.ts";

const ADDRESS = "203.0.113.200";
const SIGNS = '4@3$10!57+(<8|6%2_^[?{}`9v-"';

/** 32 checks at once of texts that are dear to judge, in the session of one plain user. */
export const strengthChecks: Flood = {
  name: "32 strength checks at once",
  parallel: 32,
  setUp: async ({ origin, signIn, send, people }) => {
    const { username, password } = people.at(-20)!;
    const session = (await signIn(username, password, ADDRESS)).headers
      .getSetCookie().map((it) => it.split(";")[0]!).join("; ");
    const page = await fetch(`${origin}/account/password`, {
      headers: { cookie: session, "X-Forwarded-For": ADDRESS },
    });
    const csrf = csrfOf(await page.text());
    return () =>
      send("/account/password/check", ADDRESS, {
        method: "POST",
        headers: { cookie: session, "HX-Request": "true" },
        body: new URLSearchParams({ csrf, newPassword: dearText() }),
      });
  },
};

/** 128 characters that can be read in many ways, of few signs, so that many of the readings are tried. */
function dearText(): string {
  const few = Array.from({ length: 4 }, () => random(SIGNS)).join("");
  return Array.from({ length: 128 }, () => random(few)).join("");
}

function random(signs: string): string {
  return signs[Math.floor(Math.random() * signs.length)]!;
}
