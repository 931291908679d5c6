import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { rows } from "../../db/client.ts";
import type { Permission, Scope } from "../../services/context.ts";
import { apiClient, apiToken, newUser, unique } from "../support/api.ts";
import { program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { patch, provider } from "../support/scim.ts";

const ALL: Permission[] = ["administration", "audit_log", "user_management"];
const ANY = { "If-Match": "*" };

/** An administrator's token for some scopes, as a JSON client and as an identity provider. */
async function tokenFor(db: Database, scopes: Scope[]) {
  const running = program({ db });
  const owner = await person(db, { permissions: ALL });
  const { text } = await apiToken(db, { ownerId: owner.id, scopes });
  return { ask: apiClient(running, text), scim: provider(running, text) };
}

async function permissionsOf(db: Database, userId: string) {
  return await rows(
    db,
    sql`select permission from permissions where user_id = ${userId}`,
  );
}

testOnEach(
  "a token for users:write alone makes nobody an administrator (ASVS 8.3.3)",
  async ({ db }) => {
    const { ask } = await tokenFor(db, ["users:write", "users:read"]);
    const made = await ask("POST", "/users", { json: newUser(unique()) });
    assert.equal(made.status, 201);
    const { id } = made.json;
    const path = `/users/${id}/permissions`;
    const json = { permissions: ["administration"] };
    const granted = await ask("PUT", path, { json, headers: ANY });
    assert.equal(granted.status, 403);
    assert.equal(granted.problem, "missing-scope");
    assert.match(granted.json.detail, /permissions:write/);
    const named = await ask("POST", "/users", {
      json: { ...newUser(unique()), permissions: ["administration"] },
    });
    assert.equal(named.status, 422);
    const csv = await ask("POST", "/imports", {
      body: "username,name,permissions\nx.y,X Y,administration\n",
      headers: { "Content-Type": "text/csv" },
    });
    assert.equal(csv.status, 202); // its job refuses the column
    assert.deepEqual(await permissionsOf(db, id), []);
  },
);

testOnEach(
  "a token for permissions:write alone sets permissions",
  async ({ db }) => {
    const { ask } = await tokenFor(db, ["permissions:write"]);
    const subject = await person(db);
    const changed = await ask("PUT", `/users/${subject.id}/permissions`, {
      json: { permissions: ["audit_log"] },
      headers: ANY,
    });
    assert.equal(changed.status, 200, changed.text);
    assert.equal((await permissionsOf(db, subject.id)).length, 1);
  },
);

testOnEach(
  "without permissions:write a token takes over nobody who holds a permission",
  async ({ db }) => {
    const { ask, scim } = await tokenFor(db, [
      "users:read",
      "users:write",
      "passwords:set",
      "sessions:end",
      "tokens:manage",
    ]);
    const administrator = await person(db, { permissions: ["administration"] });
    const path = `/users/${administrator.id}`;
    const email = `${unique()}@example.net`;
    const tries = [
      await ask("PATCH", path, { json: { email }, headers: ANY }),
      await ask("PATCH", path, { json: { email: null }, headers: ANY }),
      await ask("POST", `${path}/password`, { json: { reason: "no_mailbox" } }),
      await ask("POST", `${path}/second-factor-removal`, {
        json: { reason: "lost" },
      }),
    ];
    for (const it of tries) {
      assert.equal(it.status, 403, it.text);
      assert.equal(it.problem, "missing-scope");
      assert.match(it.json.detail, /holds a permission.*permissions:write/);
    }
    for (
      const Operations of [
        { op: "replace", path: 'emails[type eq "work"].value', value: email },
        { op: "replace", path: "password", value: "heron walks on copper 93" },
      ]
    ) {
      const { status, json } = await scim(
        "PATCH",
        `/Users/${administrator.id}`,
        {
          body: patch(Operations),
        },
      );
      assert.equal(status, 403, JSON.stringify(json));
    }
    const { json: after } = await ask("GET", path);
    assert.equal(after.email, administrator.email);
    assert.equal(after.pendingEmail, null);
    const away = await person(db, {
      permissions: ["administration"],
      disabled: true,
    });
    const enabled = await ask("DELETE", `/users/${away.id}/disablement`);
    assert.equal(enabled.status, 403, enabled.text);
    const active = await scim("PATCH", `/Users/${away.id}`, {
      body: patch({ op: "replace", path: "active", value: true }),
    });
    assert.equal(active.status, 403);
    assert.equal((await ask("GET", `/users/${away.id}`)).json.disabled, true);
    // What leads nowhere stays open.
    const named = await ask("PATCH", path, {
      json: { name: "Another Name" },
      headers: ANY,
    });
    assert.equal(named.status, 200, named.text);
    const disabled = await ask("PUT", `${path}/disablement`);
    assert.equal(disabled.status, 200, disabled.text);
    const other = await person(db, { permissions: ["audit_log"] });
    const link = await ask("POST", `/users/${other.id}/reset-links`);
    assert.equal(link.status, 202, link.text);
  },
);

testOnEach(
  "a token for passwords:set may still require new passwords of staff",
  async ({ db }) => {
    const { ask } = await tokenFor(db, ["passwords:set"]);
    const administrator = await person(db, { permissions: ["administration"] });
    const asked = await ask("POST", "/password-requirements", {
      json: { userIds: [administrator.id] },
    });
    assert.equal(asked.status, 202, asked.text);
  },
);

testOnEach(
  "with permissions:write beside it a token sets the password of staff",
  async ({ db }) => {
    const { ask } = await tokenFor(db, ["passwords:set", "permissions:write"]);
    const colleague = await person(db, { permissions: ["audit_log"] });
    const set = await ask("POST", `/users/${colleague.id}/password`, {
      json: { reason: "no_mailbox" },
    });
    assert.equal(set.status, 200, set.text);
  },
);

testOnEach(
  "a token that lacks permissions:write makes none that has it",
  async ({ db }) => {
    const { ask } = await tokenFor(db, ["tokens:manage", "users:write"]);
    const made = await ask("POST", "/tokens", {
      json: { name: "wider", scopes: ["permissions:write"] },
    });
    assert.equal(made.status, 403);
    assert.equal(made.problem, "missing-scope");
  },
);
