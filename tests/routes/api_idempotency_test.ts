import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import { rows } from "../../db/client.ts";
import { OverloadedError } from "../../services/work_queue.ts";
import {
  administratorApi,
  apiClient,
  apiToken,
  newUser,
  unique,
} from "../support/api.ts";
import { ORIGIN } from "../support/app.ts";
import {
  testEmbedded,
  testOnEach,
  testOnPostgres,
} from "../support/database.ts";
import { hasher, person } from "../support/people.ts";

testOnEach(
  "a POST with an Idempotency-Key happens once and is answered the same way",
  async ({ db }) => {
    const { ask, running, owner } = await administratorApi(db);
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    const json = newUser(unique());
    const first = await ask("POST", "/users", { json, headers });
    const again = await ask("POST", "/users", { json, headers });
    assert.equal(again.status, 201);
    assert.equal(again.text, first.text);
    assert.equal(again.headers.get("etag"), first.headers.get("etag"));
    assert.equal(again.headers.get("location"), first.headers.get("location"));
    assert.notEqual(
      again.headers.get("x-request-id"),
      first.headers.get("x-request-id"),
    );
    const other = await ask("POST", "/users", {
      json: newUser(unique()),
      headers,
    });
    assert.equal(other.status, 422);
    assert.equal(other.problem, "idempotency-key-reused");
    // The same text of another token, or of another owner, is another key.
    const colleague = await person(db, { permissions: ["user_management"] });
    for (const ownerId of [owner.id, colleague.id]) {
      const { text } = await apiToken(db, { ownerId });
      const theirs = await apiClient(running, text)("POST", "/users", {
        json: newUser(unique()),
        headers,
      });
      assert.equal(theirs.status, 201);
    }
  },
);

testOnPostgres("of twenty at once with one key one happens", async ({ db }) => {
  const { ask } = await administratorApi(db);
  for (let round = 0; round < 5; round++) {
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    const json = newUser(unique());
    const answers = await Promise.all(
      Array.from(
        { length: 20 },
        () => ask("POST", "/users", { json, headers }),
      ),
    );
    assert.deepEqual(new Set(answers.map((it) => it.status)), new Set([201]));
    assert.equal(new Set(answers.map((it) => it.json.id)).size, 1);
  }
});

testEmbedded(
  "a request that failed keeps no answer, and can be sent again with its key",
  async ({ db }) => {
    let full = true;
    const { ask } = await administratorApi(db, {}, {
      ...hasher,
      hash: (password) =>
        full ? Promise.reject(new OverloadedError(7)) : hasher.hash(password),
    });
    const subject = await person(db);
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    const send = () =>
      ask("POST", `/users/${subject.id}/password`, {
        json: { reason: "no_mailbox" },
        headers,
      });
    const refused = await send();
    assert.equal(refused.status, 503);
    assert.equal(refused.problem, "unavailable");
    assert.equal(refused.headers.get("retry-after"), "7");
    full = false;
    assert.equal((await send()).status, 200);
  },
);

testOnEach(
  "a refusal is not kept: mended, the request happens under its key",
  async ({ db }) => {
    const { ask } = await administratorApi(db);
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    const other = await person(db);
    const taken = newUser(other.username);
    assert.equal(
      (await ask("POST", "/users", { json: taken, headers })).status,
      422,
    );
    await rows(
      db,
      sql`update users set username_key = username_key || '.old' where id = ${other.id}`,
    );
    assert.equal(
      (await ask("POST", "/users", { json: taken, headers })).status,
      201,
    );
    const subject = await person(db);
    const path = `/users/${subject.id}/password`;
    const send = (version: string) =>
      ask("POST", path, {
        json: { reason: "no_mailbox" },
        headers: {
          ...headers,
          "Idempotency-Key": "versions",
          "If-Match": version,
        },
      });
    assert.equal((await send('"stale"')).status, 412);
    const { headers: now } = await ask("GET", `/users/${subject.id}`);
    assert.equal((await send(now.get("etag")!)).status, 200);
    assert.equal((await send('"stale"')).problem, "idempotency-key-reused");
  },
);

testOnEach("a key is forgotten after a day", async ({ db }) => {
  const { ask, owner } = await administratorApi(db);
  const headers = {
    "Idempotency-Key": "of-yesterday",
  };
  const first = await ask("POST", "/users", {
    json: newUser(unique()),
    headers,
  });
  assert.equal(first.status, 201);
  await rows(
    db,
    sql`update idempotent_answers set created_at = now() - interval '25 hours' where owner_id = ${owner.id}`,
  );
  const second = await ask("POST", "/users", {
    json: newUser(unique()),
    headers,
  });
  assert.equal(second.status, 201);
  assert.notEqual(second.json.id, first.json.id);
});

testOnPostgres(
  "requests with a key leave half of the pool to all others, however many come at once",
  async ({ db }) => {
    let [hashing, most] = [0, 0];
    const { running } = await administratorApi(
      db,
      { DATABASE_POOL_SIZE: "4" },
      {
        ...hasher,
        hash: async (password) => {
          most = Math.max(most, ++hashing);
          await new Promise((resolve) => setTimeout(resolve, 50));
          hashing -= 1;
          return await hasher.hash(password);
        },
      },
    );
    // Each of an owner of its own: those of one wait for each other anyway.
    const permissions = ["user_management" as const];
    const askers = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const { id: ownerId } = await person(db, { permissions });
        return apiClient(running, (await apiToken(db, { ownerId })).text);
      }),
    );
    const subjects = await Promise.all(askers.map(() => person(db)));
    const answers = await Promise.all(
      askers.map((ask, at) =>
        ask("POST", `/users/${subjects[at]!.id}/password`, {
          json: { reason: "no_mailbox" },
          headers: { "Idempotency-Key": crypto.randomUUID() },
        })
      ),
    );
    assert.deepEqual(new Set(answers.map((it) => it.status)), new Set([200]));
    assert.ok(most <= 2, `${most} at once`);
  },
);

testOnEach(
  "a typed password of a kept request can't be guessed from what is stored of it (ASVS 11.4.1, 14.2.6)",
  async ({ db }) => {
    const { ask } = await administratorApi(db);
    const { id } = await person(db);
    const json = { password: "nine larks over the hill", reason: "no_mailbox" };
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    const path = `/users/${id}/password`;
    const first = await ask("POST", path, { json, headers });
    assert.equal(first.status, 200, first.text);
    const stored = await rows<{ hash: string }>(
      db,
      sql`select request_hash as hash from idempotent_answers`,
    );
    assert.ok(stored.length > 0);
    const request = [
      "POST",
      `${ORIGIN}/api/v1${path}`,
      "",
      JSON.stringify(json),
    ].join("\n");
    const guess = createHash("sha256").update(request).digest("base64url");
    assert.ok(!stored.some((it) => it.hash.includes(guess)));
    const again = await ask("POST", path, { json, headers });
    assert.equal(again.headers.get("idempotency-replayed"), "true");
  },
);
