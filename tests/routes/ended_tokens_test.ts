import assert from "node:assert/strict";
import { testOnEach } from "../support/database.ts";
import { apiClient, apiToken } from "../support/api.ts";
import {
  type Browser,
  browser,
  type Program,
  program,
} from "../support/app.ts";
import { linkFor } from "../support/mail.ts";
import { type Person, person } from "../support/people.ts";
import { eventsOf } from "../support/rows.ts";
import { enrolTotp } from "../support/totp.ts";

const NEXT = "nine larks over the hill";

interface Scene {
  running: Program;
  user: Person;
  own: Browser;
  staff: ReturnType<typeof apiClient>;
}

/** What ends the API tokens of a user, by the event that it leaves. */
const ENDINGS: Record<string, (scene: Scene) => Promise<unknown>> = {
  user_disabled: ({ staff, user }) =>
    staff("PUT", `/users/${user.id}/disablement`),
  authn_password_set: ({ staff, user }) =>
    staff("POST", `/users/${user.id}/password`, {
      json: { reason: "no_mailbox" },
    }),
  authn_password_change: ({ own, user }) =>
    own.post("/account/password", {
      currentPassword: user.password,
      newPassword: NEXT,
    }),
  authn_password_reset: async ({ running, user }) => {
    const visitor = browser(running);
    await visitor.get(await linkOf(running, user, "password_reset"));
    await visitor.post("/password-reset", { newPassword: NEXT });
  },
  second_factor_removed: async ({ staff, own, user }) => {
    await enrolTotp(own);
    await staff("POST", `/users/${user.id}/second-factor-removal`, {
      json: { reason: "called back" },
    });
  },
  account_frozen: async ({ running, user }) => {
    const visitor = browser(running);
    await visitor.get(await linkOf(running, user, "password_changed"));
    await visitor.post("/not-me", {});
  },
};

async function linkOf(
  running: Program,
  { id: userId }: Person,
  kind: "password_reset" | "password_changed",
) {
  return (await linkFor(running, userId, kind)).path;
}

for (const [event, end] of Object.entries(ENDINGS)) {
  testOnEach(
    `${event} tells how many API tokens it has ended, where there were any`,
    async ({ db }) => {
      const running = program({ db });
      const desk = await person(db, { permissions: ["user_management"] });
      const { text } = await apiToken(db, { ownerId: desk.id });
      const staff = apiClient(running, text);
      for (const tokens of [0, 2]) {
        const user = await person(db);
        const own = browser(running);
        await own.signIn(user);
        await apiToken(db, { ownerId: user.id, days: -1 }); // ended by itself
        for (let i = 0; i < tokens; i++) {
          await apiToken(db, { ownerId: user.id });
        }
        await end({ running, user, own, staff });
        const [last] = await eventsOf(db, user.id, event);
        assert.equal(last?.detail.sessions, 1);
        assert.equal(last.detail.tokens, tokens === 0 ? undefined : tokens);
      }
    },
  );
}
