import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { type Database } from "../../db/client.ts";
import { sealAuditLog } from "../../services/audit_seals.ts";
import { verifyAuditLog } from "../../services/audit_verification.ts";
import { canonicalJson } from "../../services/canonical_json.ts";
import { administratorApi } from "../support/api.ts";
import { browser, program } from "../support/app.ts";
import { command } from "../support/cli.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { asOwner } from "../support/rows.ts";
import { receiver, webhookOffice, webhookTo } from "../support/webhooks.ts";

const HOUR = 3600 * 1000;

const nested = (depth: number) =>
  `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

interface Forgery {
  at?: string;
  detail?: string;
}

/** What the table refuses; why, where the time tells that it was forged. */
const REFUSED: [string, Forgery, why?: string][] = [
  ["at the end of all time", { at: "infinity" }, "future"],
  ["before all time", { at: "-infinity" }, "before_passdesk"],
  ["of the year 294276", { at: "294276-12-31T23:59:59Z" }, "future"],
  ["of the year 10000", { at: "10000-01-01T00:00:00Z" }, "future"],
  ["of before Christ", { at: "4000-01-01 00:00:00+00 BC" }, "before_passdesk"],
  ["nested 4500 deep", { detail: nested(4500) }],
  ["nested 16 deep", { detail: nested(16) }],
  ["nested in lists", { detail: `{"a":${"[".repeat(300)}${"]".repeat(300)}}` }],
  ["with a list", { detail: "[1, 2]" }],
  ["with null", { detail: "null" }],
  ["with a text", { detail: '"x"' }],
];

/** What the table takes, and looks odd. */
const TAKEN: [string, Forgery][] = [
  ["nested 15 deep", { detail: nested(15) }],
  ["with huge numbers", { detail: `{"n": 1e300, "m": 1${"0".repeat(400)}}` }],
  ["with the names of methods", {
    detail:
      '{"a": {"toString": 1, "valueOf": null, "toJSON": 2}, "__proto__": {"x": 1}}',
  }],
];

/** As one who may write to the table, beside the program. */
async function forge(
  db: Database,
  { at, detail = "{}", subjectId = null }: Forgery & {
    subjectId?: string | null;
  },
) {
  const msecs = Date.now() - 2 * HOUR;
  const id = uuidv7({ msecs });
  await db.execute(sql`
    insert into audit_events (id, at, event, subject_id, address, request_id, detail)
    values (${id}, ${
    at ?? new Date(msecs).toISOString()
  }::timestamptz, 'user_enabled',
      ${subjectId}, '192.0.2.1', 'forged', ${detail}::text::jsonb)`);
  return id;
}

/** As the owner of the tables can, and as it is where the event is older than the checks. */
async function dropChecks(db: Database) {
  await db.execute(sql`alter table audit_events
    drop constraint if exists audit_events_at, drop constraint if exists audit_events_detail`);
}

/** A log with one event in it. */
async function log(db: Database) {
  await asOwner(db, sql`delete from audit_events`);
  await asOwner(db, sql`delete from audit_seals`);
  await forge(db, {});
}

testOnEach(
  "an event that no reader could bear is refused by the database (ASVS 16.4.2)",
  async ({ db }) => {
    for (const [what, forgery] of REFUSED) {
      await assert.rejects(
        () => forge(db, forgery),
        ({ cause }: Error) => /check constraint/.test((cause as Error).message),
        what,
      );
    }
    for (const [, forgery] of TAKEN) await forge(db, forgery);
  },
);

testOnEach(
  "such events that are there all the same are sealed, and verify-audit names their times (ASVS 16.4.2)",
  async ({ db }) => {
    await log(db);
    await dropChecks(db);
    const why = new Map<string, string>();
    for (const [, forgery, doubt] of [...REFUSED, ...TAKEN]) {
      const id = await forge(db, forgery);
      if (doubt) why.set(id, doubt);
    }
    const running = program({ db });
    const { services } = running;
    const count = REFUSED.length + TAKEN.length + 1;
    assert.equal((await sealAuditLog(services)).events, count);
    const verified = await verifyAuditLog(services);
    assert.ok(!verified.ok && verified.failure.reason === "outside_of_time");
    assert.deepEqual(
      new Map(verified.failure.events.map((it) => [it.id, it.why])),
      why,
    );
    assert.deepEqual(
      // Made in one millisecond, they are in no order of their own.
      new Set(verified.failure.events.map((it) => it.at)),
      new Set([
        "infinity",
        "-infinity",
        "+275760-09-13T00:00:00.000Z", // JavaScript's last moment
        "+010000-01-01T00:00:00.000Z",
        "-003999-01-01T00:00:00.000Z",
      ]),
    );
    const { err } = await command(running, "verify-audit");
    assert.match(err, /\(infinity\): its time lay in the future/);

    await asOwner(
      db,
      sql`update audit_events set at = '-infinity' where at = 'infinity'`,
    );
    const changed = await verifyAuditLog(services);
    assert.ok(!changed.ok && changed.failure.reason === "differs");
  },
);

testOnEach(
  "the page, the details, the API, the stream and webhooks bear them",
  async ({ db }) => {
    await log(db);
    await dropChecks(db);
    await db.execute(sql`delete from webhooks`);
    const there = await receiver();
    const { running, ask } = await administratorApi(db);
    const hooked = program({ db }, { WEBHOOK_TARGETS: "127.0.0.1" });
    await webhookTo(hooked, there.url, ["user_enabled"]);
    const subject = await person(db);
    const ids: string[] = [];
    for (const [, forgery] of [...REFUSED, ...TAKEN]) {
      ids.push(await forge(db, { ...forgery, subjectId: subject.id }));
    }

    const reader = browser(running);
    await reader.signIn(
      await person(db, { permissions: ["audit_log", "user_management"] }),
    );
    const page = await (await reader.get("/audit?event=user_enabled")).text();
    for (const id of ids) assert.match(page, new RegExp(`id="event-${id}"`));
    assert.match(page, /9999-12-31 23:59 UTC<\/time> <span[^>]*>in the future/);
    const details = await reader.get(`/users/${subject.id}`);
    assert.equal(details.status, 200);
    assert.match(await details.text(), /nested too deep/);

    const list = await ask("GET", "/audit-events?event=user_enabled");
    const stream = await ask("GET", "/audit-events/stream");
    await webhookOffice(hooked).deliver();
    await there.close();
    const told = [
      list.json.items,
      stream.text.trim().split("\n").map((it) => JSON.parse(it)),
      there.received.map(({ body }) => JSON.parse(body).data),
    ] as { id: string; at: string; detail: unknown }[][];
    for (const events of told) {
      const found = new Map(events.map((it) => [it.id, it]));
      for (const id of ids) {
        const { at, detail } = found.get(id)!;
        assert.match(at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
        assert.ok(
          typeof detail === "object" && detail && !Array.isArray(detail),
        );
      }
      assert.deepEqual(found.get(ids[8]!)?.detail, { value: [1, 2] });
    }
  },
);

Deno.test("the canonical form is that of the seals that there are, however deep", () => {
  const recursive = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(recursive);
    return Object.fromEntries(
      Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)
        .map(([key, it]) => [key, recursive(it)]),
    );
  };
  for (
    const text of [
      "{}",
      "[]",
      "null",
      '"x"',
      '{"b": [1, [], {}, [[2]]], "a": {"d": null, "c": true}}',
      '{"10": 1, "9": 2, "a": 3, "-1": 4, "01": 5, "4294967295": 6}',
      '{"z": "ä\\u2028\\n\\"", "ä": 1e300, "": -0.0, "__proto__": {"y": 1, "x": 1e999}}',
    ]
  ) {
    const value = JSON.parse(text);
    assert.equal(canonicalJson(value), JSON.stringify(recursive(value)));
  }
  assert.equal(canonicalJson(JSON.parse(nested(200_000))), nested(200_000));
});
