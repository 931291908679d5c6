import assert from "node:assert/strict";
import { lockUser } from "../../db/users.ts";
import { setUserDisabled } from "../../services/users.ts";
import { administratorApi } from "../support/api.ts";
import { program } from "../support/app.ts";
import { testOnPostgres } from "../support/database.ts";
import { hasher, person } from "../support/people.ts";
import {
  newcomer,
  patch,
  provider,
  PROVISIONING,
  scimToken,
  WITH_PASSWORDS,
} from "../support/scim.ts";

testOnPostgres(
  "the same user sent ten times at once is made once",
  async ({ db }) => {
    const send = provider(program({ db }), (await scimToken(db)).text);
    const body = newcomer();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => send("POST", "/Users", { body })),
    );
    const statuses = answers.map((it) => it.status).sort();
    assert.deepEqual(statuses, [201, ...Array(9).fill(409)]);
  },
);

testOnPostgres(
  "two providers and a colleague who change the same user at once wait for each other",
  async ({ db }) => {
    const running = program({ db });
    const scopes = [...PROVISIONING, "passwords:set" as const];
    const one = provider(running, (await scimToken(db, { scopes })).text);
    const token = await scimToken(db, { scopes });
    const two = provider(running, token.text);
    const { id: userId } = await person(db);
    const path = `/Users/${userId}`;
    const context = {
      ...running.services,
      requestId: crypto.randomUUID(),
      address: "192.0.2.1",
      userAgent: "",
    };
    const actor = {
      userId: token.owner.id,
      sessionId: token.id,
      sessionKey: "",
      name: "",
      username: "",
      email: null,
      permissions: [],
      mustChangePassword: false,
      secondFactor: false,
      mustConfirm: false,
      mustEnrol: false,
    };
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all([
        one("PATCH", path, {
          body: patch({
            op: "replace",
            value: { active: true, displayName: `One ${round}` },
          }),
        }),
        two("PATCH", path, {
          body: patch({
            op: "replace",
            value: { active: false, displayName: `Two ${round}` },
          }),
        }),
        one("DELETE", path),
      ]);
      const done = await Promise.all([
        setUserDisabled(context, { actor, userId, disabled: false }),
        two("PATCH", path, {
          body: patch({
            op: "replace",
            value: { active: true, displayName: `Three ${round}` },
          }),
        }),
      ]);
      assert.deepEqual(answers.map((it) => it.status), [200, 200, 204]);
      assert.deepEqual([done[0].ok, done[1].status], [true, 200]);
    }
    assert.deepEqual(running.log.filter((it) => it.level !== "info"), []);
  },
);

testOnPostgres(
  "a change that waits beyond the deadline is answered by 503, and does not happen afterwards",
  async ({ db }) => {
    const running = program({ db }, { REQUEST_TIMEOUT_SECONDS: "1" });
    const send = provider(running, (await scimToken(db)).text);
    const { id, username } = await person(db);
    const answer = await db.transaction(async (tx) => {
      await lockUser(tx, id);
      return await send("PATCH", `/Users/${id}`, {
        body: patch({ op: "replace", path: "userName", value: `${username}2` }),
      });
    });
    assert.equal(answer.status, 503);
    assert.deepEqual(answer.json.schemas, [
      "urn:ietf:params:scim:api:messages:2.0:Error",
    ]);
    assert.ok(answer.headers.get("retry-after"));
    const { json } = await send("GET", `/Users/${id}`);
    assert.equal(json.userName, username);
  },
);

testOnPostgres(
  "nobody's name waits while the password of a user with a name of other letters is hashed",
  async ({ db }) => {
    let hashing = Promise.withResolvers<void>();
    let gate = Promise.withResolvers<void>();
    const held = {
      ...hasher,
      hash: async (password: string) => {
        hashing.resolve();
        await gate.promise;
        return await hasher.hash(password);
      },
    };
    const token = await scimToken(db, { scopes: WITH_PASSWORDS });
    const send = provider(program({ db }, {}, held), token.text);
    const { ask } = await administratorApi(db);
    const tag = crypto.randomUUID().slice(0, 8);
    const { id } = await person(db);
    const password = "heron walks on the moon 77";
    for (
      const [n, change] of [
        () =>
          send("POST", "/Users", {
            body: { ...newcomer(), userName: `Мария-${tag}`, password },
          }),
        () =>
          send("PATCH", `/Users/${id}`, {
            body: patch({
              op: "replace",
              value: { userName: `Жанна-${tag}`, password },
            }),
          }),
      ].entries()
    ) {
      hashing = Promise.withResolvers<void>();
      gate = Promise.withResolvers<void>();
      const changed = change();
      await hashing.promise;
      const waited = Promise.withResolvers<string>();
      const timer = setTimeout(() => waited.resolve("waited"), 4000);
      const other = ask("POST", "/users", {
        json: { username: `plain-${n}-${tag}`, name: "Plain" },
      });
      const first = await Promise.race([
        other.then((it) => it.status),
        waited.promise,
      ]);
      clearTimeout(timer);
      gate.resolve();
      await other;
      const { status } = await changed;
      assert.deepEqual([first, status], [201, n === 0 ? 201 : 200]);
    }
  },
);
