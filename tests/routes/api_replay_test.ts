import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { type Database, rows } from "../../db/client.ts";
import { createApi } from "../../routes/api/api.ts";
import type { Permission } from "../../services/context.ts";
import { administratorApi } from "../support/api.ts";
import { browser, ORIGIN, type Program, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";

const ALL: Permission[] = ["administration", "audit_log", "user_management"];

/** Everything that is kept of answers, unsealed. */
async function keptBodies(db: Database, { services }: Program) {
  const kept = await rows<{ owner: string; key: string; sealed: string }>(
    db,
    sql`select owner_id as owner, key, sealed_body as sealed from idempotent_answers`,
  );
  return kept.map((it) => {
    const bound = `idempotent answer ${it.owner} ${it.key}`;
    const body = services.secrets.open(it.sealed, bound);
    assert.notEqual(body, undefined);
    return body!;
  });
}

testOnEach(
  "a token is told once: its replay says that it was made, and nothing keeps it (ASVS 14.2.6)",
  async ({ db }) => {
    const { ask, running } = await administratorApi(db);
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    const json = { name: "nightly", scopes: ["users:read"] };
    const first = await ask("POST", "/tokens", { json, headers });
    assert.equal(first.status, 201);
    assert.match(first.json.token, /^passdesk_/);
    assert.equal(first.headers.get("idempotency-replayed"), null);
    const again = await ask("POST", "/tokens", { json, headers });
    assert.equal(again.status, 201);
    assert.deepEqual(again.json, { ...first.json, token: null });
    assert.equal(again.headers.get("idempotency-replayed"), "true");
    const secret = first.json.token.split(".")[1];
    for (const body of await keptBodies(db, running)) {
      assert.ok(!body.includes(secret));
    }
  },
);

testOnEach(
  "a generated password is told once: its replay says that it was generated",
  async ({ db }) => {
    const { ask, running } = await administratorApi(db);
    const subject = await person(db);
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    const json = { reason: "no_mailbox" };
    const path = `/users/${subject.id}/password`;
    const first = await ask("POST", path, { json, headers });
    assert.equal(first.status, 200, first.text);
    assert.equal(first.json.generated, true);
    assert.ok(first.json.password);
    const again = await ask("POST", path, { json, headers });
    assert.deepEqual(again.json, { ...first.json, password: null });
    for (const body of await keptBodies(db, running)) {
      assert.ok(!body.includes(first.json.password));
    }
  },
);

testOnEach(
  "another session of the same user gets nothing by a key that it could not get itself",
  async ({ db }) => {
    const running = program({ db });
    const owner = await person(db, { permissions: ALL });
    const [first, second] = [browser(running), browser(running)];
    for (const it of [first, second]) await it.signIn(owner);
    // The second one's check of the password is long ago.
    await rows(
      db,
      sql`update sessions set checked_at = now() - interval '11 minutes'
      where user_id = ${owner.id} and id = (select max(id::text)::uuid from sessions where user_id = ${owner.id})`,
    );
    const send = (it: typeof first) =>
      it.send("POST", "/api/v1/tokens", {
        body: JSON.stringify({ name: "by hand", scopes: ["users:read"] }),
        headers: {
          "Content-Type": "application/json",
          "Idempotency-Key": "same",
          Origin: ORIGIN,
        },
      });
    assert.equal((await send(first)).status, 201);
    const other = await send(second);
    assert.equal(other.status, 403);
    assert.match((await other.json()).type, /#recent-check-needed$/);
  },
);

interface Operation {
  parameters?: { name: string }[];
  responses: Record<
    string,
    { content?: Record<string, { schema: { $ref?: string } }> }
  >;
}

Deno.test("whatever an operation tells once, its replay may leave out", () => {
  const { paths, components } = JSON.parse(
    JSON.stringify(createApi().contract),
  );
  const found: string[] = [];
  for (const [path, item] of Object.entries<object>(paths)) {
    for (const [method, it] of Object.entries<Operation>(item as never)) {
      if (!it.parameters?.some(({ name }) => name === "idempotency-key")) {
        continue;
      }
      const [answer] = Object.values(it.responses);
      const { $ref } = answer?.content?.["application/json"]?.schema ?? {};
      const { properties } =
        components.schemas[$ref?.split("/").at(-1) ?? ""] ??
          {};
      for (
        const [name, { type }] of Object.entries<{ type?: string | string[] }>(
          properties ?? {},
        )
      ) {
        const types = [type].flat();
        const secret = types.includes("string") &&
          /token|password|secret|code|link/i.test(name);
        if (!secret) continue;
        found.push(`${method} ${path} ${name}`);
        assert.ok(types.includes("null"), `${method} ${path} repeats ${name}`);
      }
    }
  }
  assert.deepEqual(found, [
    "post /users/{id}/password password",
    "post /tokens token",
  ]);
});
