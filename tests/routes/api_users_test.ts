import assert from "node:assert/strict";
import {
  administratorApi,
  apiClient,
  apiToken,
  unique,
} from "../support/api.ts";
import { browser } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { rows } from "../../db/client.ts";
import type { Database } from "../../db/client.ts";
import { sql } from "drizzle-orm";

async function eventsOf(db: Database, subjectId: string) {
  const found = await rows<{ event: string; actor_id: string }>(
    db,
    sql`select event, actor_id from audit_events where subject_id = ${subjectId} order by id`,
  );
  return found.map((it) => it.event);
}

testOnEach(
  "a user is created, read and changed, and the log tells by whom",
  async ({ db }) => {
    const { ask, owner } = await administratorApi(db);
    const username = unique();
    const made = await ask("POST", "/users", {
      json: {
        username,
        name: "Anna Müller",
        email: `${username}@example.org`,
        externalId: "hr-17",
        attributes: { department: "Treasury", phone: "+49 30 1" },
      },
    });
    assert.equal(made.status, 201);
    assert.equal(made.headers.get("location"), `/api/v1/users/${made.json.id}`);
    const read = await ask("GET", `/users/${made.json.id}`);
    assert.deepEqual(read.json, made.json);
    assert.deepEqual(read.json.password, {
      setAt: null,
      temporary: false,
      expiresAt: null,
    });
    const changed = await ask("PATCH", `/users/${made.json.id}`, {
      json: {
        name: "Anna Schmidt",
        externalId: null,
        attributes: { department: null, employee_number: "42" },
      },
      headers: { "If-Match": read.headers.get("etag")! },
    });
    assert.equal(changed.status, 200, changed.text);
    const { name, externalId, attributes, email } = changed.json;
    assert.deepEqual({ name, externalId, attributes, email }, {
      name: "Anna Schmidt",
      externalId: null,
      attributes: { phone: "+49 30 1", employee_number: "42" },
      email: `${username}@example.org`,
    });
    assert.deepEqual(await eventsOf(db, made.json.id), [
      "user_created",
      "sensitive_read",
      "user_updated",
    ]);
    const [event] = await rows<{ actor_id: string }>(
      db,
      sql`select actor_id from audit_events where subject_id = ${made.json.id} and event = 'user_created'`,
    );
    assert.equal(event!.actor_id, owner.id);
  },
);

testOnEach(
  "what another system calls a user is among the details",
  async ({ db }) => {
    const { ask, running, owner } = await administratorApi(db);
    const { json } = await ask("POST", "/users", {
      json: { username: unique(), name: "From HR", externalId: "<hr>-17" },
    });
    const visitor = browser(running);
    await visitor.signIn(owner);
    const html = await (await visitor.get(`/users/${json.id}`)).text();
    assert.match(html, /External id/);
    assert.match(html, /&lt;hr&gt;-17/);
  },
);

testOnEach(
  "a new email address waits for its owner, as on the page",
  async ({ db }) => {
    const { ask } = await administratorApi(db);
    const subject = await person(db);
    const to = `${unique()}@example.org`;
    const changed = await ask("PATCH", `/users/${subject.id}`, {
      json: { email: to },
      headers: { "If-Match": "*" },
    });
    assert.equal(changed.json.email, subject.email);
    assert.equal(changed.json.pendingEmail, to);
    const renamed = await ask("PATCH", `/users/${subject.id}`, {
      json: { name: "Somebody Else" },
      headers: { "If-Match": "*" },
    });
    assert.equal(renamed.json.pendingEmail, to);
  },
);

testOnEach(
  "a patch reaches no field but those of the contract (ASVS 8.2.3)",
  async ({ db }) => {
    const { ask } = await administratorApi(db);
    const subject = await person(db);
    for (
      const field of [
        "id",
        "permissions",
        "disabled",
        "disabledAt",
        "password",
        "passwordHash",
        "secondFactor",
        "version",
        "pendingEmail",
        "createdAt",
      ]
    ) {
      const answer = await ask("PATCH", `/users/${subject.id}`, {
        json: { [field]: "x" },
        headers: { "If-Match": "*" },
      });
      assert.equal(answer.status, 422, field);
      assert.deepEqual(
        answer.json.errors.map((it: { pointer: string }) => it.pointer),
        [
          `/${field}`,
        ],
      );
    }
  },
);

testOnEach(
  "a username or email that somebody else has is refused by its field",
  async ({ db }) => {
    const { ask } = await administratorApi(db);
    const other = await person(db);
    const answer = await ask("POST", "/users", {
      json: {
        username: other.username.toUpperCase(),
        name: "X",
        email: other.email,
      },
    });
    assert.equal(answer.status, 422);
    assert.deepEqual(
      answer.json.errors.map((it: { pointer: string }) => it.pointer).sort(),
      ["/email", "/username"],
    );
  },
);

testOnEach(
  "the search finds and explains what the page finds and marks",
  async ({ db }) => {
    const { ask } = await administratorApi(db);
    const name = `Quirin${unique().slice(2, 8).replace(/[\d-]/g, "x")}`;
    const subject = await person(db, { name: `Anna ${name}` });
    const { json } = await ask("GET", `/users?query=${name.toLowerCase()}`);
    assert.equal(json.items[0].user.id, subject.id);
    assert.equal(json.items[0].similar, false);
    assert.deepEqual(
      json.items[0].marks.name.filter((it: { match: boolean }) => it.match),
      [{ text: name, match: true }],
    );
    const misspelt = await ask(
      "GET",
      `/users?query=${name.slice(0, 4)}${name[5]}${name[4]}${name.slice(6)}`,
    );
    assert.equal(misspelt.json.items[0]?.user.id, subject.id);
    assert.equal(misspelt.json.items[0].similar, true);
    const none = await ask("GET", `/users?query=${name}&state=disabled`);
    assert.deepEqual(none.json, { items: [], next: null });
  },
);

testOnEach(
  "disabling ends sessions and tokens; enabling gives access back",
  async ({ db }) => {
    const { ask, running } = await administratorApi(db);
    const subject = await person(db);
    const theirs = await apiToken(db, { ownerId: subject.id });
    const session = browser(running);
    await session.signIn(subject);
    const open = await ask("GET", `/users/${subject.id}/sessions`);
    assert.equal(open.json.items.length, 1);
    const disabled = await ask("PUT", `/users/${subject.id}/disablement`);
    assert.equal(disabled.json.disabled, true);
    assert.equal((await session.get("/account/password")).status, 303);
    const asked = await apiClient(running, theirs.text)("GET", "/me");
    assert.equal(asked.problem, "owner-disabled");
    const enabled = await ask("DELETE", `/users/${subject.id}/disablement`);
    assert.equal(enabled.json.disabled, false);
    // It was revoked with the disablement, and stays so.
    assert.equal(
      (await apiClient(running, theirs.text)("GET", "/me")).status,
      401,
    );
  },
);

testOnEach("sessions are ended one by one, or all", async ({ db }) => {
  const { ask, running } = await administratorApi(db);
  const subject = await person(db);
  const [one, two] = [browser(running), browser(running)];
  await one.signIn(subject);
  await two.signIn(subject);
  const { json } = await ask("GET", `/users/${subject.id}/sessions`);
  assert.equal(json.items.length, 2);
  assert.deepEqual(Object.keys(json.items[0]).sort(), [
    "address",
    "createdAt",
    "device",
    "id",
    "lastSeenAt",
  ]);
  const path = `/users/${subject.id}/sessions`;
  const ended = await ask("DELETE", `${path}/${json.items[0].id}`);
  assert.deepEqual(ended.json, { sessionsEnded: 1 });
  assert.deepEqual((await ask("DELETE", path)).json, { sessionsEnded: 1 });
  assert.equal((await one.get("/account/password")).status, 303);
  // A session of somebody else is none of this user's.
  const { owner } = await administratorApi(db);
  const foreign = await ask("DELETE", `${path}/${owner.id}`);
  assert.deepEqual(foreign.json, { sessionsEnded: 0 });
});

testOnEach(
  "permissions are replaced, by the rules of the page",
  async ({ db }) => {
    const { ask, running, owner } = await administratorApi(db);
    const subject = await person(db);
    const path = `/users/${subject.id}/permissions`;
    const headers = { "If-Match": "*" };
    const granted = await ask("PUT", path, {
      json: { permissions: ["user_management", "user_management"] },
      headers,
    });
    assert.deepEqual(granted.json.permissions, ["user_management"]);
    const own = await ask("PUT", `/users/${owner.id}/permissions`, {
      json: { permissions: [] },
      headers,
    });
    assert.equal(own.problem, "oneself");
    // Whoever lacks a permission acts on nobody who holds it.
    const desk = await person(db, { permissions: ["user_management"] });
    const { text } = await apiToken(db, { ownerId: desk.id });
    const outranked = await apiClient(running, text)(
      "PUT",
      `/users/${owner.id}/disablement`,
    );
    assert.equal(outranked.status, 403);
    assert.equal(outranked.problem, "outranked");
  },
);

testOnEach(
  "nothing of an answer is a hash or a secret (ASVS 15.3.1)",
  async ({ db }) => {
    const { ask } = await administratorApi(db);
    const subject = await person(db);
    for (
      const path of [
        `/users/${subject.id}`,
        `/users?query=${subject.username}`,
        `/users/${subject.id}/sessions`,
        "/tokens",
        "/me",
        "/audit-events",
      ]
    ) {
      const { text } = await ask("GET", path);
      assert.doesNotMatch(text, /argon2|secret_?hash|sessionKey/i, path);
    }
  },
);
