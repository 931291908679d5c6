import assert from "node:assert/strict";
import type { Connection } from "../../db/client.ts";
import { replaceRecoveryCodes } from "../../db/recovery_codes.ts";
import { consumeTotpStep, replaceUnconfirmedTotp } from "../../db/totps.ts";
import type { ServiceContext } from "../../services/context.ts";
import { completePasswordReset } from "../../services/password_resets.ts";
import { createRecoveryCodes } from "../../services/recovery_codes.ts";
import { reportNotMe } from "../../services/reports.ts";
import { completeSignIn } from "../../services/second_step.ts";
import { signIn } from "../../services/sign_in.ts";
import { createTotpSecret } from "../../services/totp.ts";
import { program } from "../support/app.ts";
import { testOnPostgres } from "../support/database.ts";
import { linkFor } from "../support/mail.ts";
import { type Person, person } from "../support/people.ts";
import { sessionsOf } from "../support/rows.ts";
import { codeOf } from "../support/totp.ts";

const ROUNDS = 50;
const AT_ONCE = 20;

function contextOf(connection: Connection): ServiceContext {
  const environment = {
    SECOND_FACTOR_ATTEMPTS: "100",
    SIGN_IN_ATTEMPTS: "99",
    SIGN_IN_ATTEMPTS_PER_ACCOUNT: "100",
    SIGN_IN_ATTEMPTS_PER_ADDRESS: "100000",
  };
  return {
    ...program(connection, environment).services,
    requestId: "race",
    address: "192.0.2.7",
    userAgent: "test",
  };
}

/** The token of a link that was mailed to somebody. */
async function tokenOf(
  services: ServiceContext,
  { id }: Person,
  kind: "password_reset" | "password_changed",
): Promise<string> {
  return (await linkFor({ services }, id, kind)).path.split("/").at(-1)!;
}

async function all<Outcome>(attempt: (n: number) => Promise<Outcome>) {
  return await Promise.all(
    Array.from({ length: AT_ONCE }, (_, n) => attempt(n)),
  );
}

testOnPostgres(
  "one reset link posted many times at once sets one password (ASVS 2.3.4)",
  async (connection) => {
    const context = contextOf(connection);
    for (let round = 0; round < ROUNDS; round++) {
      const user = await person(connection.db);
      const token = await tokenOf(context, user, "password_reset");
      const outcomes = await all((n) =>
        completePasswordReset(context, {
          token,
          newPassword: `heron ${n} over pond ${round}`,
        })
      );
      assert.equal(outcomes.filter((it) => it.ok).length, 1);
    }
  },
);

testOnPostgres(
  "one “It was not me” posted many times at once freezes once",
  async (connection) => {
    const context = contextOf(connection);
    for (let round = 0; round < ROUNDS; round++) {
      const user = await person(connection.db);
      const token = await tokenOf(context, user, "password_changed");
      const outcomes = await all(() => reportNotMe(context, { token }));
      assert.equal(outcomes.filter((it) => it.ok).length, 1);
    }
  },
);

for (const kind of ["code of an app", "recovery code"] as const) {
  testOnPostgres(
    `one ${kind} typed in many browsers at once signs in one of them (ASVS 6.5.1, 2.3.4)`,
    async (connection) => {
      const context = contextOf(connection);
      const { db } = connection;
      for (let round = 0; round < ROUNDS; round++) {
        const user = await person(db);
        const secret = createTotpSecret();
        await replaceUnconfirmedTotp(db, {
          userId: user.id,
          sealedSecret: context.secrets.seal(secret, user.id),
        });
        await consumeTotpStep(db, {
          userId: user.id,
          step: 1,
          confirmed: false,
        });
        const { codes, hashes } = await createRecoveryCodes(context.hasher);
        await replaceRecoveryCodes(db, { userId: user.id, hashes });
        const code = kind === "recovery code" ? codes[0]! : codeOf(secret, 0);
        const steps = await all(() =>
          signIn(context, {
            identifier: user.username,
            password: user.password,
            device: "a browser",
          })
        );
        const outcomes = await Promise.all(steps.map((it) => {
          assert.ok(it.ok && it.value.pending);
          return completeSignIn(context, {
            token: it.value.token,
            code,
            device: "a browser",
          });
        }));
        assert.equal(outcomes.filter((it) => it.ok).length, 1);
        const open = (await sessionsOf(db, user.id)).filter((it) =>
          !it.pending
        );
        assert.equal(open.length, 1);
      }
    },
  );
}
