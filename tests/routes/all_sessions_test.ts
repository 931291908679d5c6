import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { type Database, rows } from "../../db/client.ts";
import type { Permission, Scope } from "../../services/context.ts";
import { apiClient, apiToken } from "../support/api.ts";
import { browser, ORIGIN, program } from "../support/app.ts";
import { command, commandJson } from "../support/cli.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";

const ALL: Permission[] = ["administration", "user_management"];

/** Two users with three sessions, and an administrator with one and a token, where nobody else is signed in. */
async function house(db: Database, permissions = ALL) {
  await rows(db, sql`delete from sessions`);
  const running = program({ db });
  const [anna, ben] = [await person(db), await person(db)];
  const visitors = [];
  for (const who of [anna, anna, ben]) {
    const visitor = browser(running);
    await visitor.signIn(who);
    visitors.push(visitor);
  }
  const administrator = await person(db, { permissions });
  const page = browser(running);
  await page.signIn(administrator);
  const token = async (scopes: Scope[]) => {
    const { text } = await apiToken(db, { ownerId: administrator.id, scopes });
    return apiClient(running, text);
  };
  return { running, administrator, page, visitors, token };
}

type Visitors = Awaited<ReturnType<typeof house>>["visitors"];

async function signedIn(visitors: Visitors) {
  const answers = await Promise.all(visitors.map((it) => it.get("/help")));
  return answers.filter((it) => it.status === 200).length;
}

/** The events that tell of it, each once. */
async function eventsOf(db: Database, actorId: string | null) {
  const found = await rows<{ detail: Record<string, unknown> }>(
    db,
    sql`select detail from audit_events where event = 'session_ended'
      and detail ? 'everybody' and actor_id is not distinct from ${actorId}::uuid`,
  );
  return found.map(({ detail: { by_token: _, ...rest } }) => rest);
}

testOnEach(
  "an administrator signs everybody out on a page that asks first; the own session and tokens go on (ASVS 7.4.5)",
  async ({ db }) => {
    const { page, visitors, administrator, token } = await house(db);
    const ask = await token(["users:read"]);
    const html = await (await page.get("/sessions")).text();
    assert.match(html, /Open beside yours: 3 sessions of 2 users\./);
    const unsure = await page.post("/sessions", {});
    assert.equal(unsure.status, 422);
    assert.match(await unsure.text(), /Tick this first\. Nothing was ended\./);
    assert.equal(await signedIn(visitors), 3);

    const done = await page.post("/sessions", { sure: "yes" });
    assert.equal(done.status, 200);
    assert.match(await done.text(), /Ended: 3 sessions of 2 users\./);
    assert.equal(await signedIn(visitors), 0);
    assert.equal((await page.get("/help")).status, 200);
    assert.equal((await ask("GET", "/me")).status, 200);
    assert.deepEqual(await eventsOf(db, administrator.id), [
      { everybody: true, sessions: 3, users: 2 },
    ]);
  },
);

testOnEach(
  "signing everybody out asks who sits there, where that was long ago",
  async ({ db }) => {
    const { page, visitors, administrator } = await house(db);
    await rows(
      db,
      sql`update sessions set checked_at = now() - interval '11 minutes' where user_id = ${administrator.id}`,
    );
    const check = "/account/check?next=%2Fsessions";
    assert.equal((await page.get("/sessions")).headers.get("location"), check);
    const sent = await page.post("/sessions", { sure: "yes" }, {
      from: "/help",
    });
    assert.equal(sent.headers.get("location"), check);
    const api = await page.send("DELETE", "/api/v1/sessions", {
      headers: { Origin: ORIGIN },
    });
    assert.equal(api.status, 403);
    assert.match((await api.json()).type, /#recent-check-needed$/);
    assert.equal(await signedIn(visitors), 3);
  },
);

testOnEach(
  "a program ends all sessions with Administration and the scope, the owner's too",
  async ({ db }) => {
    const { page, visitors, administrator, token } = await house(db);
    const wrong = await (await token(["users:write", "users:read"]))(
      "DELETE",
      "/sessions",
    );
    assert.equal(wrong.problem, "missing-scope");
    assert.equal(await signedIn(visitors), 3);
    const ask = await token(["sessions:end"]);
    const ended = await ask("DELETE", "/sessions");
    assert.deepEqual(ended.json, { sessionsEnded: 4, users: 3 });
    assert.equal(await signedIn([...visitors, page]), 0);
    assert.deepEqual(await eventsOf(db, administrator.id), [
      { everybody: true, sessions: 4, users: 3 },
    ]);
    const staff = await house(db, ["user_management"]);
    const refused = await (await staff.token(["sessions:end"]))(
      "DELETE",
      "/sessions",
    );
    assert.equal(refused.problem, "missing-permission");
    assert.equal((await staff.page.get("/sessions")).status, 403);
  },
);

testOnEach(
  "the command ends all sessions, and only with --all",
  async ({ db }) => {
    const { running, visitors, page } = await house(db);
    const before = (await eventsOf(db, null)).length;
    const bare = await commandJson(running, "end-sessions");
    assert.deepEqual([bare.code, bare.reason], [1, "not_all"]);
    assert.equal(await signedIn(visitors), 3);
    const wrong = await command(running, "end-sessions", "--all=yes");
    assert.equal(wrong.code, 2);
    const ended = await commandJson(running, "end-sessions", "--all");
    assert.deepEqual([ended.code, ended.sessionsEnded, ended.users], [0, 4, 3]);
    assert.equal(await signedIn([...visitors, page]), 0);
    const events = await eventsOf(db, null);
    assert.equal(events.length, before + 1);
    assert.deepEqual(events.at(-1), {
      by: "cli",
      everybody: true,
      sessions: 4,
      users: 3,
    });
  },
);
