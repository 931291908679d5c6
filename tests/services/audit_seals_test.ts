import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { findSettledTime } from "../../db/audit_seals.ts";
import { type Database, rows } from "../../db/client.ts";
import { sealAuditLog } from "../../services/audit_seals.ts";
import {
  type Difference,
  verifyAuditLog,
} from "../../services/audit_verification.ts";
import { createSecretBox } from "../../services/secret_box.ts";
import type { Services } from "../../services/context.ts";
import { program } from "../support/app.ts";
import { testOnEach, testOnPostgres } from "../support/database.ts";
import { asOwner } from "../support/rows.ts";

const HOUR = 3600 * 1000;
const MINUTE = 60 * 1000;
const START = Date.now() - 24 * HOUR;

const key = () => crypto.getRandomValues(new Uint8Array(32));

/** An audit log with nothing in it, and how its events are made. */
async function emptyLog(db: Database) {
  await asOwner(db, sql`delete from audit_events`);
  await asOwner(db, sql`delete from audit_seals`);
  return program({ db }).services;
}

async function write(db: Database, at: number, detail = {}): Promise<string> {
  const id = uuidv7({ msecs: at });
  await db.execute(sql`
    insert into audit_events (id, at, event, subject_id, address, request_id, detail)
    values (${id}, ${
    new Date(at).toISOString()
  }, 'user_updated', ${id}, '192.0.2.1', 'request',
      ${JSON.stringify(detail)}::jsonb)`);
  return id;
}

/** Many events, a millisecond from one to the next. */
async function writeMany(db: Database, from: number, count: number) {
  await db.execute(sql`
    insert into audit_events (id, at, event, address, request_id, detail)
    select (substr(hex, 1, 8) || '-' || substr(hex, 9) || '-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
      to_timestamp(ms / 1000.0), 'sensitive_read', '192.0.2.1', 'request ' || n, jsonb_build_object('n', n)
    from (select n, ${from}::float8::bigint + n as ms, lpad(to_hex(${from}::float8::bigint + n), 12, '0') as hex
      from generate_series(1, ${count}::int) as n) as made`);
}

/** Three hours of events, sealed one after the other. */
async function threeSeals(db: Database) {
  const services = await emptyLog(db);
  const ids: string[][] = [];
  for (let hour = 0; hour < 3; hour++) {
    const written: string[] = [];
    for (let n = 0; n < 3; n++) {
      const at = START + hour * HOUR + n * MINUTE;
      written.push(await write(db, at, { hour, n, of: ["ä", { b: 1, a: 2 }] }));
    }
    ids.push(written);
    assert.deepEqual((await sealAuditLog(services)).events, 3);
  }
  return { services, ids };
}

async function difference(services: Services) {
  const verified = await verifyAuditLog(services);
  assert.ok(!verified.ok);
  return verified.failure as Difference;
}

testOnEach(
  "an untouched log is verified, and it is said from when on nothing is sealed",
  async ({ db }) => {
    const { services, ids } = await threeSeals(db);
    const later = START + 4 * HOUR;
    await write(db, later);
    const verified = await verifyAuditLog(services);
    assert.ok(verified.ok);
    const { seals, events, sealedUntil, unsealedSince } = verified.value;
    assert.deepEqual([seals, events], [3, 9]);
    assert.equal(sealedUntil.getTime(), START + 2 * HOUR + 2 * MINUTE);
    assert.equal(unsealedSince?.getTime(), later);
    assert.equal(ids.flat().length, 9);
  },
);

testOnEach(
  "an event that was changed, removed or added shows, and in which hour (ASVS 16.4.2)",
  async ({ db }) => {
    for (
      const [what, statement, found] of [
        [
          "changed",
          (id: string) =>
            sql`update audit_events set detail = '{"n": 2}' where id = ${id}`,
          3,
        ],
        [
          "changed",
          (id: string) =>
            sql`update audit_events set at = at + interval '1 microsecond' where id = ${id}`,
          3,
        ],
        [
          "changed",
          (id: string) =>
            sql`update audit_events set subject_id = null where id = ${id}`,
          3,
        ],
        [
          "missing",
          (id: string) => sql`delete from audit_events where id = ${id}`,
          2,
        ],
        [
          "added",
          () =>
            sql`insert into audit_events (id, event, address, request_id)
              values (${
              uuidv7({ msecs: START + HOUR + 30_000 })
            }, 'user_enabled', '192.0.2.1', 'r')`,
          4,
        ],
      ] as const
    ) {
      const { services, ids } = await threeSeals(db);
      await asOwner(db, statement(ids[1]![1]!));
      const shown = await difference(services);
      assert.equal(shown.what, what);
      assert.deepEqual([shown.expected, shown.found], [3, found]);
      assert.equal(shown.after?.getTime(), START + 2 * MINUTE);
      assert.equal(shown.until.getTime(), START + HOUR + 2 * MINUTE);
    }
  },
);

testOnEach(
  "a seal that was changed, removed or made with another key shows",
  async ({ db }) => {
    const first = sql`(select id from audit_seals order by until_id limit 1)`;
    for (
      const [statement, what, hour] of [
        [
          sql`update audit_seals set events = 2 where id = ${first}`,
          "added",
          0,
        ],
        [sql`delete from audit_seals where id = ${first}`, "added", 1],
        [
          sql`update audit_seals set mac = mac || 'x' where id = ${first}`,
          "changed",
          0,
        ],
        [
          sql`update audit_seals set mac = '00000000.x' where id = ${first}`,
          "key_gone",
          0,
        ],
      ] as const
    ) {
      const { services } = await threeSeals(db);
      await asOwner(db, statement);
      const shown = await difference(services);
      assert.equal(shown.what, what);
      assert.equal(shown.until.getTime(), START + hour * HOUR + 2 * MINUTE);
    }
    const { services } = await threeSeals(db);
    const stranger = { ...services, secrets: createSecretBox([key()]) };
    assert.equal((await difference(stranger)).what, "key_gone");
  },
);

testOnEach(
  "seals that were taken away from the end show by a digest that was kept elsewhere",
  async ({ db }) => {
    const { services } = await threeSeals(db);
    const verified = await verifyAuditLog(services);
    assert.ok(verified.ok);
    const kept = verified.value.mac;
    await write(db, START + 5 * HOUR);
    await sealAuditLog(services);
    assert.ok((await verifyAuditLog(services, { kept })).ok);

    await asOwner(
      db,
      sql`
      delete from audit_seals where until_id >
        (select until_id from audit_seals order by until_id offset 1 limit 1)`,
    );
    assert.ok((await verifyAuditLog(services)).ok);
    assert.deepEqual(await verifyAuditLog(services, { kept }), {
      ok: false,
      failure: { reason: "kept_seal_missing" },
    });
    await asOwner(db, sql`delete from audit_seals`);
    assert.deepEqual(await verifyAuditLog(services), {
      ok: false,
      failure: { reason: "nothing_sealed" },
    });
  },
);

testOnEach(
  "a new key seals from then on, and what an old one sealed is verified as before (ASVS 11.2.2)",
  async ({ db }) => {
    const services = await emptyLog(db);
    const [older, newer] = [key(), key()];
    const before = { ...services, secrets: createSecretBox([older]) };
    const after = { ...services, secrets: createSecretBox([newer, older]) };
    await write(db, START);
    const first = await sealAuditLog(before);
    await write(db, START + HOUR);
    const second = await sealAuditLog(after);
    assert.notEqual(first.mac!.split(".")[0], second.mac!.split(".")[0]);
    const verified = await verifyAuditLog(after);
    assert.ok(verified.ok);
    assert.equal(verified.value.seals, 2);
    assert.equal((await difference(before)).what, "key_gone");
  },
);

testOnEach(
  "many events become several seals, none of them leaves one out, and one change is found among them",
  async ({ db }) => {
    const services = await emptyLog(db);
    await writeMany(db, START, 24_567);
    const { seals, events } = await sealAuditLog(services);
    assert.deepEqual([seals, events], [3, 24_567]);
    const progress: number[] = [];
    const verified = await verifyAuditLog(services, {
      onProgress: (it) => progress.push(it),
    });
    assert.ok(verified.ok);
    assert.deepEqual(progress, [10_000, 20_000, 24_567]);
    await asOwner(
      db,
      sql`update audit_events set address = '192.0.2.2' where request_id = 'request 15000'`,
    );
    const shown = await difference(services);
    assert.equal(shown.what, "changed");
    assert.equal(shown.after?.getTime(), START + 10_000);
    assert.equal(shown.until.getTime(), START + 20_000);
  },
);

testOnEach(
  "what is younger than two minutes waits: its neighbours may not have committed yet",
  async ({ db }) => {
    const services = await emptyLog(db);
    await write(db, Date.now() - 3 * MINUTE);
    await write(db, Date.now() - MINUTE);
    assert.equal((await sealAuditLog(services)).events, 1);
    assert.deepEqual(await sealAuditLog(services), { seals: 0, events: 0 });
    const verified = await verifyAuditLog(services);
    assert.ok(verified.ok && verified.value.unsealedSince);
  },
);

testOnEach(
  "a slow request's events are waited for: the margin follows the deadlines that are set",
  async ({ db }) => {
    await emptyLog(db);
    const { services } = program({ db }, { REQUEST_TIMEOUT_SECONDS: "300" });
    await write(db, Date.now() - 5 * MINUTE);
    assert.equal((await sealAuditLog(services)).events, 0);
    await write(db, Date.now() - 7 * MINUTE);
    assert.equal((await sealAuditLog(services)).events, 1);
  },
);

testOnPostgres(
  "what a transaction has written and not committed is never passed over, however long it runs",
  async ({ db }) => {
    const services = await emptyLog(db);
    await write(db, START);
    const committed = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    const slow = db.transaction(async (tx) => {
      await write(tx, Date.now());
      written.resolve();
      await committed.promise;
    });
    await written.promise;
    const margin = { marginSeconds: 0, skewSeconds: 60 };
    const startedAt = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const settled = await findSettledTime(db, margin);
    assert.ok(settled.getTime() < startedAt - 59_000); // before the transaction, by the skew
    committed.resolve();
    await slow;
    assert.ok((await findSettledTime(db, margin)).getTime() > startedAt);
    assert.equal((await sealAuditLog(services)).events, 1);
  },
);

testOnPostgres(
  "several who seal at once share the log: each event is sealed once",
  async ({ db }) => {
    const services = await emptyLog(db);
    await writeMany(db, START, 30_500);
    const sealings = await Promise.all(
      [1, 2, 3, 4].map(() => sealAuditLog(services)),
    );
    assert.equal(sealings.reduce((sum, it) => sum + it.events, 0), 30_500);
    const [{ seals, events }] = await rows<{ seals: number; events: number }>(
      db,
      sql`select count(*)::int as seals, sum(events)::int as events from audit_seals`,
    ) as [{ seals: number; events: number }];
    assert.deepEqual([seals, events], [4, 30_500]);
    assert.ok((await verifyAuditLog(services)).ok);
  },
);

testOnEach(
  "the seal is told to the log, and the log tells no secret",
  async ({ db }) => {
    await emptyLog(db);
    const { services, log } = program({ db });
    await write(db, START, { marker: "in-the-detail" });
    const { mac } = await sealAuditLog(services);
    const [line] = log.filter((it) => it.event === "audit_sealed");
    assert.deepEqual(line, {
      level: "info",
      event: "audit_sealed",
      seals: 1,
      events: 1,
      mac,
    });
  },
);
