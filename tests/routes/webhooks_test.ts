import assert from "node:assert/strict";
import { desc, eq, sql } from "drizzle-orm";
import { type Database, rows } from "../../db/client.ts";
import { auditEvents } from "../../db/schema.ts";
import { webhooks } from "../../db/schema_programs.ts";
import { WEBHOOKS_AT_MOST } from "../../services/webhooks.ts";
import { type Browser, browser, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { receiver, verify, webhookOffice } from "../support/webhooks.ts";

const TARGETS = { WEBHOOK_TARGETS: "127.0.0.1,hooks.example.org" };
const EVENTS = { "events.user_updated": "yes", "events.user_disabled": "yes" };

async function office(db: Database, environment = TARGETS) {
  await db.execute(sql`delete from webhooks`);
  const running = program({ db }, environment);
  const admin = await person(db, {
    permissions: ["administration", "audit_log"],
  });
  const visitor = browser(running);
  await visitor.signIn(admin);
  return { running, admin, visitor };
}

async function make(visitor: Browser, url: string) {
  const made = await visitor.post("/webhooks/new", { url, ...EVENTS });
  const page = await made.text();
  assert.equal(made.status, 200, page);
  const secret = page.match(/whsec_[A-Za-z0-9+/=]+/)![0];
  const path = page.match(/\/webhooks\/[0-9a-f-]{36}/)![0];
  return { path, secret, id: path.split("/").at(-1)! };
}

async function lastEvent(db: Database, event: string) {
  const [row] = await db.select().from(auditEvents)
    .where(eq(auditEvents.event, event)).orderBy(desc(auditEvents.id)).limit(1);
  return row;
}

/** The session's last proof of who sits there is too old. */
const forgetCheck = (db: Database, userId: string) =>
  db.execute(
    sql`update sessions set checked_at = now() - interval '11 minutes' where user_id = ${userId}`,
  );

testOnEach(
  "a webhook is made, its secret shown once, its events arrive and are in the log",
  async ({ db }) => {
    const { running, admin, visitor } = await office(db);
    const there = await receiver();
    const { path, secret, id } = await make(visitor, there.url);
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
    const created = await lastEvent(db, "webhook_created");
    assert.equal(created!.actorId, admin.id);
    assert.deepEqual(created!.detail, {
      webhook: id,
      host: new URL(there.url).host,
      events: ["user_disabled", "user_updated"],
    });

    await visitor.post(`${path}/tests`, {}, { from: path });
    await webhookOffice(running).deliver();
    await there.close();
    assert.equal(verify(secret, there.received[0]!).type, "webhook_tested");
    const page = await (await visitor.get(path)).text();
    assert.match(page, /Webhook tested/);
    assert.match(page, /delivered/);
    assert.match(page, /200 .*kept/);
    assert.ok(!page.includes("whsec_"));
    const list = await (await visitor.get("/webhooks")).text();
    assert.ok(list.includes(there.url));
    assert.match(list, /Disabled, Edited/);
  },
);

testOnEach(
  "what can't be a target is refused beside its field, with all that was typed",
  async ({ db }) => {
    const { visitor } = await office(db);
    const wrong: [string, RegExp][] = [
      ["http://hooks.example.org/", /Only https/],
      ["https://elsewhere.example.org/x", /elsewhere\.example\.org is not in/],
      ["https://10.0.0.1/", /10\.0\.0\.1 is not in WEBHOOK_TARGETS/],
      ["https://localhost/", /localhost is not in WEBHOOK_TARGETS/],
      ["https://a:b@hooks.example.org/", /Write it like/],
      ["nonsense", /Write it like/],
    ];
    for (const [url, reason] of wrong) {
      const refused = await visitor.post("/webhooks/new", { url, ...EVENTS });
      const page = await refused.text();
      assert.equal(refused.status, 422);
      assert.match(page, reason);
      assert.ok(page.includes(`value="${url}"`));
      assert.match(page, /name="events\.user_updated" value="yes" checked/);
    }
    const none = await visitor.post("/webhooks/new", {
      url: "https://hooks.example.org/",
    });
    assert.equal(none.status, 422);
    assert.match(await none.text(), /Choose at least one event/);
    assert.equal((await db.select().from(webhooks)).length, 0);
  },
);

testOnEach(
  "without WEBHOOK_TARGETS none can be made, and the page names the setting",
  async ({ db }) => {
    const { visitor } = await office(db, { WEBHOOK_TARGETS: "" });
    const page = await (await visitor.get("/webhooks")).text();
    assert.match(page, /WEBHOOK_TARGETS/);
    assert.ok(!page.includes('href="/webhooks/new"'));
    const refused = await visitor.post("/webhooks/new", {
      url: "https://hooks.example.org/",
      ...EVENTS,
    });
    assert.equal(refused.status, 422);
  },
);

testOnEach(
  "a new webhook, another address and a new secret ask for the password of the last ten minutes (ASVS 7.5.3)",
  async ({ db }) => {
    const { admin, visitor } = await office(db);
    const { path, id } = await make(visitor, "https://hooks.example.org/a");
    const sealed = async () =>
      (await db.select().from(webhooks).where(eq(webhooks.id, id)))[0]!;
    const before = await sealed();
    await forgetCheck(db, admin.id);
    const fields = { url: "https://hooks.example.org/b", ...EVENTS };
    for (const at of ["/webhooks/new", `${path}/edit`, `${path}/secret`]) {
      if (!at.endsWith("secret")) {
        assert.equal(
          (await visitor.get(at)).headers.get("location"),
          `/account/check?${new URLSearchParams({ next: at })}`,
        );
      }
      const refused = await visitor.post(at, fields, { from: "/webhooks" });
      assert.equal(refused.status, 303);
      assert.match(refused.headers.get("location")!, /^\/account\/check\?next/);
    }
    assert.deepEqual(await sealed(), before);
    assert.equal((await db.select().from(webhooks)).length, 1);

    await visitor.post("/account/check", {
      password: admin.password,
      next: `${path}/edit`,
    });
    const changed = await visitor.post(`${path}/edit`, fields);
    assert.equal(changed.headers.get("location"), `${path}?done=changed`);
    assert.equal((await sealed()).url, "https://hooks.example.org/b");
    const renewed = await (await visitor.post(`${path}/secret`, {})).text();
    assert.match(renewed, /whsec_/);
    assert.notEqual((await sealed()).sealedSecret, before.sealedSecret);
    assert.deepEqual((await lastEvent(db, "webhook_changed"))!.detail, {
      webhook: id,
      secret: "renewed",
    });
  },
);

testOnEach(
  "it is paused, goes on, and is removed with its log; each is in the audit log",
  async ({ db }) => {
    const { visitor } = await office(db);
    const { path, id } = await make(visitor, "https://hooks.example.org/a");
    for (const paused of ["yes", "no"]) {
      const set = await visitor.post(`${path}/pause`, { paused }, {
        from: path,
        htmx: true,
      });
      assert.match(
        await set.text(),
        paused === "yes" ? /The webhook is paused/ : /The webhook goes on/,
      );
      assert.deepEqual((await lastEvent(db, "webhook_changed"))!.detail, {
        webhook: id,
        active: paused === "no",
      });
    }
    await visitor.post(`${path}/tests`, {}, { from: path });
    const removed = await visitor.post(`${path}/removal`, {});
    assert.equal(removed.headers.get("location"), "/webhooks?done=removed");
    assert.equal((await lastEvent(db, "webhook_removed"))!.detail.webhook, id);
    const [left] = await rows<{ left: number }>(
      db,
      sql`select count(*)::int as left from webhook_deliveries`,
    );
    assert.equal(left!.left, 0);
    assert.equal((await visitor.get(path)).status, 404);
    const again = await visitor.post(`${path}/removal`, {}, {
      from: "/webhooks",
    });
    assert.equal(again.status, 303);
  },
);

testOnEach(
  "the log is paged by key, and each delivery has its button",
  async ({ db }) => {
    const { visitor } = await office(db);
    const { path, id } = await make(visitor, "https://hooks.example.org/a");
    for (let n = 0; n < 30; n++) {
      await visitor.post(`${path}/tests`, {}, { from: path });
    }
    const first = await (await visitor.get(path)).text();
    const older = first.match(/href="(\/webhooks\/[^"]*before=[^"]*)"/)![1]!;
    const second = await (await visitor.get(older)).text();
    const buttons = (page: string) =>
      page.match(/>Deliver again<\/button>/g)?.length;
    assert.deepEqual([buttons(first), buttons(second)], [25, 5]);
    await db.execute(
      sql`update webhook_deliveries set state = 'failed', attempts = 30`,
    );
    const event = second.match(/name="event" value="([^"]+)"/)![1]!;
    const action = `${path}/redeliveries?${older.split("?")[1]}`;
    const sent = await visitor.post(action, { event }, { from: older });
    assert.match(sent.headers.get("location")!, /done=redelivered&before=/);
    const requeued = await rows<{ attempts: number; eventId: string }>(
      db,
      sql`select attempts, event_id as "eventId" from webhook_deliveries
        where webhook_id = ${id} and state = 'queued'`,
    );
    assert.deepEqual(requeued, [{ attempts: 0, eventId: event }]);
    const recorded = await lastEvent(db, "webhook_redelivered");
    assert.deepEqual(recorded!.detail, { webhook: id, event });
  },
);

testOnEach(
  "whoever lost Administration meanwhile changes nothing (ASVS 8.3.2)",
  async ({ db }) => {
    const { running, admin, visitor } = await office(db);
    const { path, id } = await make(visitor, "https://hooks.example.org/a");
    await db.execute(sql`delete from permissions where user_id = ${admin.id}`);
    const other = browser(running);
    await other.signIn(await person(db, { permissions: ["user_management"] }));
    for (const it of [visitor, other]) {
      for (
        const [at, fields] of [
          ["/new", {}],
          [`/${id}/edit`, {}],
          [`/${id}/pause`, { paused: "yes" }],
          [`/${id}/secret`, {}],
          [`/${id}/removal`, {}],
          [`/${id}/tests`, {}],
          [`/${id}/redeliveries`, { event: id }],
        ] as const
      ) {
        const refused = await it.post(`/webhooks${at}`, fields, {
          from: "/help",
        });
        assert.equal(refused.status, 403, at);
      }
      assert.equal((await it.get(path)).status, 403);
    }
    const [row] = await db.select().from(webhooks);
    assert.ok(row!.active);
  },
);

testOnEach(
  "there are no more than fifty, which the trigger asks with each event",
  async ({ db }) => {
    const { visitor } = await office(db);
    await db.execute(
      sql`insert into webhooks (id, url, sealed_secret, events)
        select gen_random_uuid(), 'https://hooks.example.org/', '', '[]'
        from generate_series(1, ${WEBHOOKS_AT_MOST})`,
    );
    const refused = await visitor.post("/webhooks/new", {
      url: "https://hooks.example.org/",
      ...EVENTS,
    });
    assert.equal(refused.status, 409);
    assert.match(await refused.text(), /There are 50 webhooks already/);
  },
);
