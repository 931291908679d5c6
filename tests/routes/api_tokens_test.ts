import assert from "node:assert/strict";
import { apiClient, apiToken } from "../support/api.ts";
import { browser, hidden, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { rows } from "../../db/client.ts";
import type { Database } from "../../db/client.ts";
import { sql } from "drizzle-orm";
import { remindOfEndingTokens } from "../../services/api_tokens.ts";

async function admin(db: Database) {
  const running = program({ db });
  const owner = await person(db, {
    permissions: ["administration", "audit_log", "user_management"],
  });
  const page = browser(running);
  await page.signIn(owner);
  return { running, owner, page };
}

function tokenIn(html: string) {
  return html.match(/passdesk_[0-9a-f-]{36}\.[\w-]{43}/)?.[0];
}

testOnEach(
  "an administrator makes a token on a page; it is shown once and opens what it names",
  async ({ db }) => {
    const { running, owner, page } = await admin(db);
    const made = await page.post("/api-tokens/new", {
      name: "nightly sync",
      days: "30",
      "users:read": "yes",
    });
    assert.equal(made.status, 200);
    const text = tokenIn(await made.text());
    assert.ok(text);
    const me = await apiClient(running, text)("GET", "/me");
    assert.equal(me.json.id, owner.id);
    assert.deepEqual(me.json.token.scopes, ["users:read"]);
    const list = await (await page.get("/api-tokens")).text();
    assert.equal(tokenIn(list), undefined);
    assert.match(list, /nightly sync/);
    const [kept] = await rows<{ kept: string }>(
      db,
      sql`select api_tokens::text as kept from api_tokens where owner_id = ${owner.id}`,
    );
    assert.ok(!kept!.kept.includes(text.split(".")[1]!));
    const [mail] = await rows<{ kind: string }>(
      db,
      sql`select kind from mails where user_id = ${owner.id} and kind = 'api_token_created'`,
    );
    assert.ok(mail, "the owner is told");
  },
);

testOnEach(
  "what is wrong with a new token is said beside its field, and what was typed stays",
  async ({ db }) => {
    const { page } = await admin(db);
    const refused = await page.post("/api-tokens/new", {
      name: "",
      days: "400",
      "audit:read": "yes",
    });
    assert.equal(refused.status, 422);
    const html = await refused.text();
    assert.match(html, /Use 1 to 80 readable characters/);
    assert.match(html, /value="400"/);
    const days = await page.post("/api-tokens/new", {
      name: "x",
      days: "400",
      "audit:read": "yes",
    });
    assert.match(await days.text(), /Write a number from 1 to 366/);
    const none = await page.post("/api-tokens/new", { name: "x" });
    assert.match(await none.text(), /Choose at least one/);
  },
);

testOnEach(
  "making a token asks who sits there, where that was long ago (ASVS 7.5.3)",
  async ({ db }) => {
    const { owner, page } = await admin(db);
    await rows(
      db,
      sql`update sessions set checked_at = now() - interval '11 minutes' where user_id = ${owner.id}`,
    );
    const form = await page.get("/api-tokens/new");
    assert.equal(
      form.headers.get("location"),
      "/account/check?next=%2Fapi-tokens%2Fnew",
    );
    const sent = await page.post(
      "/api-tokens/new",
      { name: "kept words", "users:read": "yes" },
      { from: "/api-tokens" },
    );
    assert.equal(sent.status, 403);
    const html = await sent.text();
    assert.match(html, /kept words/);
    assert.match(html, /confirm that it is you/);
  },
);

testOnEach(
  "a revoked token is refused at once, a colleague's too",
  async ({ db }) => {
    const { running, page } = await admin(db);
    const colleague = await person(db, { permissions: ["administration"] });
    const { id, text } = await apiToken(db, { ownerId: colleague.id });
    const ask = apiClient(running, text);
    assert.equal((await ask("GET", "/me")).status, 200);
    const revoked = await page.post(`/api-tokens/${id}/revocation`, {}, {
      from: "/api-tokens",
    });
    assert.match(await revoked.text(), /The token is revoked/);
    const refused = await ask("GET", "/me");
    assert.equal(refused.status, 401);
    assert.match(
      refused.headers.get("www-authenticate")!,
      /^Bearer realm="Passdesk", error="invalid_token"$/,
    );
  },
);

testOnEach(
  "a token makes no token with more scopes or more time than it has",
  async ({ db }) => {
    const { running, owner } = await admin(db);
    const { text } = await apiToken(db, {
      ownerId: owner.id,
      scopes: ["tokens:manage", "users:read"],
      days: 5,
    });
    const ask = apiClient(running, text);
    const beyond = await ask("POST", "/tokens", {
      json: { name: "more", scopes: ["passwords:set"] },
    });
    assert.equal(beyond.status, 403);
    assert.equal(beyond.problem, "missing-scope");
    const made = await ask("POST", "/tokens", {
      json: { name: "longer", scopes: ["users:read"], days: 300 },
    });
    assert.equal(made.status, 201, made.text);
    const me = await apiClient(running, made.json.token)("GET", "/me");
    const days = (Date.parse(me.json.token.expiresAt) - Date.now()) /
      86_400_000;
    assert.ok(days <= 5, `${days} days`);
    const { json } = await ask("GET", "/tokens");
    assert.ok(json.items.some((it: { name: string }) => it.name === "longer"));
    assert.equal((await ask("DELETE", `/tokens/${made.json.id}`)).status, 204);
    assert.equal((await ask("DELETE", `/tokens/${made.json.id}`)).status, 404);
  },
);

testOnEach(
  "when and from where a token was used last is shown",
  async ({ db }) => {
    const { running, owner } = await admin(db);
    const { id, text } = await apiToken(db, { ownerId: owner.id });
    const ask = apiClient(running, text);
    await ask("GET", "/me");
    const { json } = await ask("GET", "/tokens");
    const token = json.items.find((it: { id: string }) => it.id === id);
    assert.equal(token.lastUsedAddress, "192.0.2.9");
    assert.ok(token.lastUsedAt);
  },
);

testOnEach(
  "an owner is told once that a token ends soon (ASVS 6.4.5)",
  async ({ db }) => {
    const { owner } = await admin(db);
    await apiToken(db, { ownerId: owner.id, days: 10 });
    await apiToken(db, { ownerId: owner.id, days: 60 });
    await remindOfEndingTokens({ db });
    await remindOfEndingTokens({ db });
    const mails = await rows(
      db,
      sql`select id from mails where user_id = ${owner.id} and kind = 'api_token_ending'`,
    );
    assert.equal(mails.length, 1);
  },
);

testOnEach(
  "wrong tokens are told in the log, a flood of them once",
  async ({ db }) => {
    const { running } = await admin(db);
    for (let i = 0; i < 103; i++) {
      await apiClient(running, "passdesk_nothing")("GET", "/me");
    }
    const found = await rows<{ event: string; count: number }>(
      db,
      sql`select event, count(*)::int as count from audit_events
      where event in ('authn_token_fail', 'excess_rate_limit_exceeded') and address = '192.0.2.9'
      group by event order by event`,
    );
    assert.deepEqual(found.map((it) => ({ ...it })), [
      { event: "authn_token_fail", count: 100 },
      { event: "excess_rate_limit_exceeded", count: 1 },
    ]);
  },
);

testOnEach("with a token those that it has made end too", async ({ db }) => {
  const { running, owner, page } = await admin(db);
  const { id, text } = await apiToken(db, { ownerId: owner.id });
  const make = async (by: string) =>
    (await apiClient(running, by)("POST", "/tokens", {
      json: { name: "made", scopes: ["tokens:manage"] },
    })).json.token as string;
  const child = await make(text);
  const grandchild = await make(child);
  const other = await apiToken(db, { ownerId: owner.id });
  await page.post(`/api-tokens/${id}/revocation`, {}, { from: "/api-tokens" });
  for (const it of [text, child, grandchild]) {
    assert.equal((await apiClient(running, it)("GET", "/me")).status, 401);
  }
  assert.equal(
    (await apiClient(running, other.text)("GET", "/me")).status,
    200,
  );
});

testOnEach(
  "the log tells by which token something was done, and something looked at",
  async ({ db }) => {
    const { running, owner } = await admin(db);
    const { id, text } = await apiToken(db, { ownerId: owner.id });
    const ask = apiClient(running, text);
    const subject = await person(db);
    await ask("GET", `/users/${subject.id}`);
    await ask("PUT", `/users/${subject.id}/disablement`);
    const found = await rows<{ event: string; token: string }>(
      db,
      sql`select event, detail ->> 'by_token' as token from audit_events
      where subject_id = ${subject.id} order by id`,
    );
    assert.deepEqual(found.map((it) => ({ ...it })), [
      { event: "sensitive_read", token: id },
      { event: "user_disabled", token: id },
    ]);
  },
);

testOnEach("the form of a new token, sent twice, makes one", async ({ db }) => {
  const { owner, page } = await admin(db);
  const form = await (await page.get("/api-tokens/new")).text();
  const fields = {
    formId: hidden(form, "formId"),
    name: "once",
    "users:read": "yes",
  };
  assert.equal((await page.post("/api-tokens/new", fields)).status, 200);
  const again = await page.post("/api-tokens/new", fields);
  assert.equal(again.status, 409);
  assert.match(await again.text(), /This form was sent before/);
  const made = await rows(
    db,
    sql`select id from api_tokens where owner_id = ${owner.id}`,
  );
  assert.equal(made.length, 1);
});
