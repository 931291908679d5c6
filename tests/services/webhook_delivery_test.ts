import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { type Database, rows } from "../../db/client.ts";
import { leaseDeliveries } from "../../db/webhook_deliveries.ts";
import { type AuditEventName, recordAudit } from "../../services/audit.ts";
import { setWebhookActive } from "../../services/webhook_changes.ts";
import { redeliver, testWebhook } from "../../services/webhook_deliveries.ts";
import {
  startWebhookWorker,
  WEBHOOK_ATTEMPTS,
} from "../../services/webhook_delivery.ts";
import { browser, program } from "../support/app.ts";
import {
  testEmbedded,
  testOnEach,
  testOnPostgres,
} from "../support/database.ts";
import { person } from "../support/people.ts";
import {
  contextOf,
  receiver,
  verify,
  webhookOffice,
  webhookTo,
} from "../support/webhooks.ts";

const TARGETS = { WEBHOOK_TARGETS: "127.0.0.1" };

/** The program without the webhooks of other tests. */
async function fresh(db: Database) {
  await db.execute(sql`delete from webhooks`);
  return program({ db }, TARGETS);
}

async function happens(db: Database, event: AuditEventName, times = 1) {
  const ids: string[] = [];
  for (let n = 0; n < times; n++) {
    ids.push(
      await recordAudit(db, { requestId: "r-1", address: "192.0.2.7" }, {
        event,
        detail: { changed: ["name"] },
      }),
    );
  }
  return ids;
}

async function deliveries(db: Database, webhookId: string) {
  return await rows<{
    event: string;
    state: string;
    attempts: number;
    wait: number;
    answers: string[];
  }>(
    db,
    sql`select e.event, d.state, d.attempts,
      round(extract(epoch from d.due_at - now()))::int as wait,
      (select coalesce(json_agg(concat_ws(' ', a.outcome, a.status, a.answer) order by a.id), '[]')
        from webhook_attempts a
        where a.webhook_id = d.webhook_id and a.event_id = d.event_id) as answers
    from webhook_deliveries d join audit_events e on e.id = d.event_id
    where d.webhook_id = ${webhookId} order by d.event_id`,
  );
}

const dueNow = (db: Database) =>
  db.execute(sql`update webhook_deliveries set due_at = now()`);

testOnEach(
  "an event that was asked for arrives, signed as Standard Webhooks has it, and others don't",
  async ({ db }) => {
    const running = await fresh(db);
    const there = await receiver();
    const { id, secret } = await webhookTo(running, there.url);
    const [eventId] = await happens(db, "user_updated");
    await happens(db, "user_disabled");
    const { deliver } = webhookOffice(running);
    assert.equal(await deliver(), 1);
    assert.equal(await deliver(), 0);
    await there.close();

    const [got] = there.received;
    const said = verify(secret, got!);
    assert.equal(said.type, "user_updated");
    assert.equal(said.timestamp, said.data.at);
    assert.ok(Math.abs(Date.now() - Date.parse(said.timestamp)) < 60_000);
    assert.deepEqual(said.data, {
      id: eventId,
      at: said.timestamp,
      event: "user_updated",
      actorId: null,
      subjectId: null,
      address: "192.0.2.7",
      requestId: "r-1",
      detail: { changed: ["name"] },
    });
    assert.equal(got!.headers["webhook-id"], `${eventId}_${id}`);
    assert.equal(got!.headers["content-type"], "application/json");
    assert.throws(() => verify(secret, { ...got!, body: `${got!.body} ` }));
    assert.throws(() => verify(`whsec_${btoa("x".repeat(32))}`, got!));
    const [row] = await deliveries(db, id);
    assert.deepEqual(
      [row!.state, row!.answers],
      ["delivered", ["delivered 200 kept"]],
    );
  },
);

testEmbedded(
  "the README's example takes what is sent, and nothing that was changed or is old",
  async ({ db }) => {
    const running = await fresh(db);
    const there = await receiver();
    const { secret } = await webhookTo(running, there.url);
    await happens(db, "user_updated");
    await webhookOffice(running).deliver();
    await there.close();
    const readme = await Deno.readTextFile(
      new URL("../../README.md", import.meta.url),
    );
    const example = readme.match(/```js\n([^]*?)```/)![1]!;
    const { verify } = await import(
      `data:text/javascript,${
        encodeURIComponent(`import { Buffer } from "node:buffer";${example}`)
      }`
    );
    const { body, headers } = there.received[0]!;
    const old = { ...headers, "webhook-timestamp": "1700000000" };
    assert.equal(verify(body, headers, secret).type, "user_updated");
    assert.equal(verify(`${body} `, headers, secret), undefined);
    assert.equal(verify(body, old, secret), undefined);
    assert.equal(verify(body, {}, secret), undefined);
    assert.equal(
      verify(body, headers, `whsec_${btoa("x".repeat(32))}`),
      undefined,
    );
  },
);

testOnEach(
  "it is queued in the transaction of the event, or not at all; also by the statement of a sign-in",
  async ({ db }) => {
    const running = await fresh(db);
    const { id } = await webhookTo(running, "https://127.0.0.1/", [
      "user_updated",
      "authn_login_success",
    ]);
    await assert.rejects(db.transaction(async (tx) => {
      await happens(tx, "user_updated");
      assert.equal((await deliveries(tx, id)).length, 1);
      throw new Error("rolled back");
    }));
    assert.equal((await deliveries(db, id)).length, 0);
    await browser(running).signIn(await person(db));
    const queued = await deliveries(db, id);
    assert.deepEqual(queued.map((it) => it.event), ["authn_login_success"]);
  },
);

testOnEach(
  "500 is tried again after half a minute, then ever later, under the same id, and fails in the end",
  async ({ db }) => {
    const running = await fresh(db);
    const there = await receiver((response) => {
      response.statusCode = 500;
      response.end("out of order");
    });
    const { id, secret } = await webhookTo(running, there.url);
    await happens(db, "user_updated");
    const { deliver } = webhookOffice(running);
    const waits: number[] = [];
    for (let n = 0; n < 2; n++) {
      await deliver();
      waits.push((await deliveries(db, id))[0]!.wait);
      assert.equal(await deliver(), 0, "not due yet");
      await dueNow(db);
    }
    assert.ok(waits[0]! > 25 && waits[0]! <= 30, `${waits}`);
    assert.ok(waits[1]! > 55 && waits[1]! <= 60, `${waits}`);
    await db.execute(
      sql`update webhook_deliveries set attempts = ${WEBHOOK_ATTEMPTS - 1}`,
    );
    await deliver();
    await there.close();
    const [row] = await deliveries(db, id);
    assert.equal(row!.state, "failed");
    assert.deepEqual(row!.answers, [
      "deferred 500 out of order",
      "deferred 500 out of order",
      "failed 500 out of order",
    ]);
    for (const it of there.received) verify(secret, it);
    const ids = there.received.map((it) => it.headers["webhook-id"]);
    assert.equal(new Set(ids).size, 1);
    const bodies = there.received.map((it) => it.body);
    assert.equal(new Set(bodies).size, 1);
  },
);

testOnEach(
  "what can't be sent is kept with why, and waits",
  async ({ db }) => {
    const running = await fresh(db);
    const slow = await receiver(() => {});
    const away = await receiver();
    await away.close();
    const moved = await receiver((response) => {
      response.writeHead(301, { location: slow.url }).end();
    });
    const ids: string[] = [];
    for (const { url } of [slow, away, moved]) {
      ids.push((await webhookTo(running, url)).id);
    }
    await happens(db, "user_updated");
    await webhookOffice(running, { timeoutMs: 300 }).deliver();
    await slow.close();
    await moved.close();
    const found = [];
    for (const id of ids) found.push(...await deliveries(db, id));
    assert.ok(found.every((it) => it.state === "queued" && it.wait > 20));
    assert.match(found[0]!.answers[0]!, /^deferred no answer within 0.3/);
    assert.match(found[1]!.answers[0]!, /^deferred .*ECONNREFUSED/);
    assert.match(found[2]!.answers[0]!, /^deferred 301/);
  },
);

testOnEach(
  "a target that the list lost is not asked, and told so",
  async ({ db }) => {
    const running = await fresh(db);
    const there = await receiver();
    const { id } = await webhookTo(running, there.url);
    await happens(db, "user_updated");
    const narrower = program({ db }, { WEBHOOK_TARGETS: "hooks.example.org" });
    await webhookOffice(narrower).deliver();
    await there.close();
    assert.equal(there.received.length, 0);
    const [row] = await deliveries(db, id);
    assert.deepEqual(row!.answers, [
      "deferred WEBHOOK_TARGETS does not list this URL",
    ]);
  },
);

testOnEach(
  "a receiver that is gone (410) pauses its webhook, and the audit log has it",
  async ({ db }) => {
    const running = await fresh(db);
    const there = await receiver((response) => {
      response.statusCode = 410;
      response.end();
    });
    const { id } = await webhookTo(running, there.url);
    await happens(db, "user_updated");
    const { deliver } = webhookOffice(running);
    await deliver();
    await happens(db, "user_updated");
    assert.equal(await deliver(), 0);
    await there.close();
    assert.equal(there.received.length, 1);
    const [row] = await deliveries(db, id);
    assert.deepEqual(row!.answers, ["failed 410 "]);
    const [event] = await rows<{ detail: Record<string, unknown> }>(
      db,
      sql`select detail from audit_events where event = 'webhook_changed' order by id desc limit 1`,
    );
    assert.deepEqual(event!.detail, {
      webhook: id,
      active: false,
      answered: 410,
    });
  },
);

testOnEach(
  "a paused webhook queues nothing and sends nothing; what waited is sent when it goes on",
  async ({ db }) => {
    const running = await fresh(db);
    const there = await receiver();
    const { id, actor } = await webhookTo(running, there.url);
    const context = contextOf(running);
    const { deliver } = webhookOffice(running);
    await happens(db, "user_updated");
    await setWebhookActive(context, { actor, id, active: false });
    await happens(db, "user_updated");
    assert.equal(await deliver(), 0);
    const options = { webhookId: id, limit: 5, leaseSeconds: 1 };
    assert.deepEqual(await leaseDeliveries(db, options), []);
    await setWebhookActive(context, { actor, id, active: true });
    assert.equal(await deliver(), 1);
    await there.close();
    assert.equal(there.received.length, 1);
  },
);

testOnEach(
  "a delivery is sent again under the same id, and a test event whatever was asked for",
  async ({ db }) => {
    const running = await fresh(db);
    const there = await receiver();
    const { id, actor, secret } = await webhookTo(running, there.url);
    const context = contextOf(running);
    const { deliver } = webhookOffice(running);
    const [eventId] = await happens(db, "user_updated");
    await deliver();
    const again = await redeliver(context, { actor, id, eventId: eventId! });
    assert.ok(again.ok);
    await deliver();
    assert.ok((await testWebhook(context, { actor, id })).ok);
    await deliver();
    await there.close();
    const types = there.received.map((it) => verify(secret, it).type);
    assert.deepEqual(types, ["user_updated", "user_updated", "webhook_tested"]);
    const [first, second] = there.received;
    assert.equal(first!.headers["webhook-id"], second!.headers["webhook-id"]);
    assert.deepEqual((await deliveries(db, id))[0]!.answers, [
      "delivered 200 kept",
      "delivered 200 kept",
    ]);
    const unknown = await redeliver(context, {
      actor,
      id,
      eventId: crypto.randomUUID(),
    });
    assert.deepEqual(unknown, { ok: false, failure: { reason: "not_found" } });
  },
);

testOnEach(
  "a webhook that hangs keeps no other waiting",
  async ({ db }) => {
    const running = await fresh(db);
    const slow = await receiver(() => {});
    const quick = await receiver();
    await webhookTo(running, slow.url);
    await webhookTo(running, quick.url);
    await happens(db, "user_updated", 12);
    const { transport } = webhookOffice(running, { timeoutMs: 5_000 });
    const stop = startWebhookWorker(running.services, transport);
    await until(() => quick.received.length >= 12);
    assert.ok(slow.received.length <= 5, "still at its first ones");
    await happens(db, "user_updated");
    await until(() => quick.received.length === 13);
    await slow.close();
    await stop();
    await quick.close();
    assert.equal(quick.received.length, 13);
  },
);

testOnPostgres(
  "several workers share what is due: every event goes out once",
  async ({ db }) => {
    const running = await fresh(db);
    const there = await receiver();
    const { id } = await webhookTo(running, there.url);
    await happens(db, "user_updated", 60);
    const { transport } = webhookOffice(running);
    const stops = [1, 2, 3].map(() =>
      startWebhookWorker(running.services, transport)
    );
    await until(async () =>
      (await deliveries(db, id)).every((it) => it.state === "delivered")
    );
    await Promise.all(stops.map((stop) => stop()));
    await there.close();
    const ids = there.received.map((it) => it.headers["webhook-id"]);
    assert.equal(ids.length, 60);
    assert.equal(new Set(ids).size, 60);
  },
);

testOnPostgres(
  "a worker that dies with a delivery in its hands leaves it to another",
  async ({ db }) => {
    const running = await fresh(db);
    const { id: webhookId } = await webhookTo(running, "https://127.0.0.1/");
    await happens(db, "user_updated");
    const options = { webhookId, limit: 5, leaseSeconds: 1 };
    const [taken] = await leaseDeliveries(db, options);
    assert.ok(taken);
    assert.deepEqual(await leaseDeliveries(db, options), []);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const [again] = await leaseDeliveries(db, options);
    assert.equal(again!.eventId, taken.eventId);
    assert.equal(again!.attempts, 2);
  },
);

testOnPostgres(
  "an event that comes as a webhook is removed waits for that and is recorded",
  async ({ db }) => {
    const running = await fresh(db);
    const { id } = await webhookTo(running, "https://127.0.0.1/");
    let recorded: Promise<string[]> | undefined;
    await db.transaction(async (tx) => {
      await tx.execute(sql`delete from webhooks where id = ${id}`);
      recorded = happens(db, "user_updated");
      await new Promise((resolve) => setTimeout(resolve, 200));
    });
    assert.equal((await recorded!).length, 1);
  },
);

async function until(come: () => boolean | Promise<boolean>) {
  const deadline = Date.now() + 20_000;
  while (!await come() && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
