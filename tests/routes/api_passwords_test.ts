import assert from "node:assert/strict";
import { apiClient, apiToken } from "../support/api.ts";
import { browser, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { rows } from "../../db/client.ts";
import type { Database } from "../../db/client.ts";
import { sql } from "drizzle-orm";
import { enrolTotp } from "../support/totp.ts";

async function setUp(
  db: Database,
  environment: Record<string, string> = {},
) {
  const running = program({ db }, environment);
  const owner = await person(db, { permissions: ["user_management"] });
  const token = await apiToken(db, { ownerId: owner.id });
  const subject = await person(db);
  const ask = apiClient(running, token.text);
  return { running, owner, token, subject, ask };
}

testOnEach(
  "a generated password is told once, signs in, and has to be replaced",
  async ({ db }) => {
    const { ask, running, subject } = await setUp(db);
    const set = await ask("POST", `/users/${subject.id}/password`, {
      json: { reason: "email_not_arriving" },
    });
    assert.equal(set.status, 200, set.text);
    assert.equal(set.json.temporary, true);
    assert.ok(Date.parse(set.json.expiresAt) > Date.now());
    const visitor = browser(running);
    const welcome = await visitor.signIn({
      ...subject,
      password: set.json.password,
    });
    assert.equal(welcome.headers.get("location"), "/account/password");
    const { text } = await ask("GET", `/users/${subject.id}`);
    assert.ok(!text.includes(set.json.password));
  },
);

testOnEach(
  "a typed password is judged by the policy, each rule an entry",
  async ({ db }) => {
    const { ask, running, subject } = await setUp(db, {
      FORCE_TEMPORARY: "off",
    });
    const path = `/users/${subject.id}/password`;
    const short = await ask("POST", path, {
      json: { password: "short", reason: "no_mailbox" },
    });
    assert.equal(short.status, 422);
    assert.equal(short.json.errors[0].pointer, "/password");
    assert.ok(!short.text.includes('"short"'), "a password is never echoed");
    const reused = await ask("POST", path, {
      json: { password: subject.password, reason: "no_mailbox" },
    });
    assert.equal(reused.status, 422);
    const password = `${subject.password} and on`;
    const set = await ask("POST", path, {
      json: { password, reason: "no_mailbox", temporary: false },
    });
    assert.deepEqual(set.json, {
      password: null,
      temporary: false,
      expiresAt: null,
      sessionsEnded: 0,
      generated: false,
    });
    const visitor = browser(running);
    const welcome = await visitor.signIn({ ...subject, password });
    assert.equal(welcome.headers.get("location"), "/");
  },
);

testOnEach(
  "where only generated passwords may be set, a typed one is refused",
  async ({ db }) => {
    const { ask, subject } = await setUp(db, { PASSWORD_MODES: "generated" });
    const path = `/users/${subject.id}/password`;
    const typed = await ask("POST", path, {
      json: { password: "heron walks on the moon", reason: "no_mailbox" },
    });
    assert.equal(typed.status, 422);
    const generated = await ask("POST", path, {
      json: { reason: "no_mailbox" },
    });
    assert.equal(generated.status, 200, generated.text);
  },
);

testOnEach("a reason has to be given, and `other` in words", async ({ db }) => {
  const { ask, subject } = await setUp(db);
  const path = `/users/${subject.id}/password`;
  for (const json of [{}, { reason: "because" }, { reason: "other" }]) {
    const answer = await ask("POST", path, { json });
    assert.equal(answer.status, 422, JSON.stringify(json));
  }
  const { status } = await ask("POST", path, {
    json: { reason: "other", reasonText: "lost the telephone" },
  });
  assert.equal(status, 200);
});

testOnEach(
  "a new password ends the API tokens of its user (ASVS 7.4.3)",
  async ({ db }) => {
    const { ask, running, subject } = await setUp(db);
    const theirs = await apiToken(db, { ownerId: subject.id });
    const use = apiClient(running, theirs.text);
    assert.equal((await use("GET", "/me")).status, 200);
    await ask("POST", `/users/${subject.id}/password`, {
      json: { reason: "no_mailbox" },
    });
    assert.equal((await use("GET", "/me")).status, 401);
  },
);

testOnEach(
  "with If-Match a password is set only on what was seen",
  async ({ db }) => {
    const { ask, subject } = await setUp(db);
    const path = `/users/${subject.id}/password`;
    const seen = await ask("GET", `/users/${subject.id}`);
    const headers = { "If-Match": seen.headers.get("etag")! };
    const json = { reason: "no_mailbox" };
    assert.equal((await ask("POST", path, { json, headers })).status, 200);
    assert.equal((await ask("POST", path, { json, headers })).status, 412);
  },
);

testOnEach(
  "a disabled user's password is not set, an unknown user's neither",
  async ({ db }) => {
    const { ask } = await setUp(db);
    const disabled = await person(db, { disabled: true });
    const json = { reason: "no_mailbox" };
    const answer = await ask("POST", `/users/${disabled.id}/password`, {
      json,
    });
    assert.equal(answer.problem, "user-disabled");
    const unknown = await ask(
      "POST",
      "/users/0193cbb4-7a51-7d3e-9f0e-5a3d8f6b2c99/password",
      { json },
    );
    assert.equal(unknown.status, 404);
  },
);

testOnEach(
  "a reset link goes to the user's own mailbox, and nobody else sees it",
  async ({ db }) => {
    const { ask, owner, subject } = await setUp(db);
    const sent = await ask("POST", `/users/${subject.id}/reset-links`);
    assert.equal(sent.status, 202);
    assert.equal(sent.text, "");
    const [mail] = await rows<{ kind: string; state: string }>(
      db,
      sql`select kind, state from mails where user_id = ${subject.id}`,
    );
    assert.deepEqual({ ...mail }, { kind: "password_reset", state: "queued" });
    const [event] = await rows<{ actor_id: string }>(
      db,
      sql`select actor_id from audit_events where subject_id = ${subject.id} and event = 'authn_reset_requested'`,
    );
    assert.equal(event!.actor_id, owner.id);
    const without = await person(db, { email: null });
    const none = await ask("POST", `/users/${without.id}/reset-links`);
    assert.equal(none.problem, "no-email");
  },
);

testOnEach(
  "a second factor is removed with a reason, sessions with it",
  async ({ db }) => {
    const { ask, running, subject } = await setUp(db);
    const visitor = browser(running);
    await visitor.signIn(subject);
    await enrolTotp(visitor);
    const path = `/users/${subject.id}/second-factor-removal`;
    const empty = await ask("POST", path, { json: { reason: " " } });
    assert.equal(empty.status, 422);
    const removed = await ask("POST", path, {
      json: { reason: "called back" },
    });
    assert.equal(removed.status, 204);
    const now = await ask("GET", `/users/${subject.id}`);
    assert.equal(now.json.secondFactor, false);
  },
);
