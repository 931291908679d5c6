import assert from "node:assert/strict";
import {
  commonPasswordsFile,
  readCommonPasswords,
} from "../../services/common_passwords.ts";
import { offerSetup } from "../../services/setup.ts";
import { apiClient, apiToken } from "../support/api.ts";
import { browser, program } from "../support/app.ts";
import { testEmbedded } from "../support/database.ts";
import { embedded } from "../support/embedded.ts";
import { linkFor } from "../support/mail.ts";
import { person } from "../support/people.ts";
import { CORE, provider, scimToken, WITH_PASSWORDS } from "../support/scim.ts";

const REFUSED = /among the most common passwords/;

/** Some from all over the list. */
const long = [
  ...readCommonPasswords(await Deno.readFile(commonPasswordsFile())),
].filter((it) => it.length >= 10);
const sample = [0, 2_999, 10_000, 25_000].map((at) => long[at]!);

testEmbedded(
  "common passwords are refused wherever a page sets one (ASVS 6.2.4)",
  async ({ db }) => {
    const running = program({ db }, { PASSWORD_MIN_SCORE: "0" });
    const user = await person(db);
    const own = browser(running);
    await own.signIn(user);
    const owner = await person(db, { temporary: true });
    const forced = browser(running);
    await forced.signIn(owner);
    const lost = browser(running);
    await lost.get((await linkFor(running, user.id, "password_reset")).path);
    const desk = browser(running);
    await desk.signIn(await person(db, { permissions: ["user_management"] }));
    const path = `/users/${user.id}/password`;
    const seen = (await (await desk.get(path)).text())
      .match(/name="seenSetAt" value="(\d+)"/)![1]!;

    for (const newPassword of sample) {
      const answers = [
        await own.post("/account/password", {
          currentPassword: user.password,
          newPassword,
        }),
        await forced.post("/account/password", {
          currentPassword: owner.password,
          newPassword,
        }),
        await lost.post("/password-reset", { newPassword }),
        await desk.post(path, {
          newPassword,
          reason: "no_mailbox",
          formId: crypto.randomUUID(),
          seenSetAt: seen,
        }),
      ];
      for (const [i, answer] of answers.entries()) {
        assert.equal(answer.status, 422, `${newPassword}, form ${i}`);
        assert.match(await answer.text(), REFUSED);
      }
    }
  },
);

Deno.test("and of the first administrator", async () => {
  const connection = await embedded();
  const running = program(connection, { PASSWORD_MIN_SCORE: "0" });
  const visitor = browser(running);
  await visitor.get(`/setup/${await offerSetup(running.services)}`);
  for (const newPassword of sample) {
    const answer = await visitor.post("/setup", {
      name: "First Administrator",
      username: "first.admin",
      email: "",
      newPassword,
    });
    assert.equal(answer.status, 422, newPassword);
    assert.match(await answer.text(), REFUSED);
  }
  await connection.close();
});

testEmbedded(
  "and by the API and SCIM, for a new user and a known one",
  async ({ db }) => {
    const running = program({ db }, { PASSWORD_MIN_SCORE: "0" });
    const staff = await person(db, { permissions: ["user_management"] });
    const ask = apiClient(
      running,
      (await apiToken(db, { ownerId: staff.id })).text,
    );
    const send = provider(
      running,
      (await scimToken(db, { scopes: WITH_PASSWORDS })).text,
    );
    const { id } = await person(db);
    for (const password of sample) {
      const set = await ask("POST", `/users/${id}/password`, {
        json: { password, reason: "no_mailbox" },
      });
      assert.equal(set.status, 422, password);
      const made = await send("POST", "/Users", {
        body: {
          schemas: [CORE],
          userName: `scim.${crypto.randomUUID()}`,
          displayName: "Some Body",
          password,
        },
      });
      assert.equal(made.status, 400, password);
      const changed = await send("PATCH", `/Users/${id}`, {
        body: {
          schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
          Operations: [{ op: "replace", path: "password", value: password }],
        },
      });
      assert.equal(changed.status, 400, password);
    }
  },
);
