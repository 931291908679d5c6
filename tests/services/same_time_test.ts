import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { requestPasswordReset } from "../../services/password_resets.ts";
import { signIn } from "../../services/sign_in.ts";
import { program } from "../support/app.ts";
import { testOnPostgres } from "../support/database.ts";
import { type Person, person } from "../support/people.ts";
import {
  createPasswordHasher,
  DEFAULT_HASH_PARAMETERS,
} from "../../services/password_hash.ts";

const SAMPLES = 200;
/** What the requirement allows between two medians, in milliseconds. */
const ALLOWED_MS = 5;

const hasher = createPasswordHasher({
  parameters: DEFAULT_HASH_PARAMETERS,
  width: 2,
  maxWaiting: 10,
});

/** The medians of two pieces of work that take turns. */
async function medians(
  works: [(n: number) => Promise<unknown>, (n: number) => Promise<unknown>],
) {
  const times: [number[], number[]] = [[], []];
  for (let n = 0; n < SAMPLES; n++) {
    for (const [i, work] of works.entries()) {
      const startedAt = performance.now();
      await work(n);
      times[i]!.push(performance.now() - startedAt);
    }
  }
  return times.map((it) => it.sort((a, b) => a - b)[SAMPLES >> 1]!);
}

testOnPostgres(
  "signing in and asking for a reset take as long for nobody as for somebody, also while mail is down (ASVS 6.3.8, CS-FORGOT-1)",
  async (connection) => {
    const running = program(connection, {
      SIGN_IN_ATTEMPTS_PER_ADDRESS: "100000",
      RESET_REQUESTS_PER_ADDRESS: "100000",
      SMTP_URL: "smtp://127.0.0.1:9", // nobody is there
    }, hasher);
    const people: Person[] = [];
    for (let n = 0; n < SAMPLES; n++) {
      people.push(await person(connection.db));
    }
    const hash = await hasher.hash("some password of all");
    await connection.db.execute(sql`update passwords set hash = ${hash}`);
    const context = {
      ...running.services,
      requestId: "time",
      address: "192.0.2.7",
      userAgent: "test",
    };
    const attempt = (identifier: string) =>
      signIn(context, { identifier, password: "wrong", device: "d" });
    const ask = (identifier: string) =>
      requestPasswordReset(context, { identifier });
    for (const work of [attempt, ask]) {
      const [known, unknown] = await medians([
        (n) => work(people[n]!.username),
        (n) => work(`nobody.${n}`),
      ]);
      assert.ok(
        Math.abs(known! - unknown!) < ALLOWED_MS,
        `${known} and ${unknown} ms`,
      );
    }
  },
);
