import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { apiClient, apiToken } from "../support/api.ts";
import { program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { rows } from "../../db/client.ts";
import type { Database } from "../../db/client.ts";

async function setUp(db: Database) {
  const owner = await person(db, { permissions: ["audit_log"] });
  const { text } = await apiToken(db, { ownerId: owner.id });
  return { owner, ask: apiClient(program({ db }), text) };
}

/** Long enough ago to be settled, and the same for all that a test counts from it. */
const START = Date.now() - 3_600_000;

/** Events of some time ago, a second apart, in their order. */
async function happened(db: Database, subjectId: string, count: number) {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const msecs = START + i * 1000;
    const id = uuidv7({ msecs });
    ids.push(id);
    await rows(
      db,
      sql`insert into audit_events (id, at, event, subject_id, address, request_id)
        values (${id}, ${
        new Date(msecs).toISOString()
      }, 'user_updated', ${subjectId}, '192.0.2.1', 'r')`,
    );
  }
  return ids;
}

testOnEach(
  "audit events are listed by person, event and time, page by page",
  async ({ db }) => {
    const { ask } = await setUp(db);
    const subject = await person(db);
    const ids = await happened(db, subject.id, 5);
    const found: string[] = [];
    let path: string | undefined =
      `/audit-events?person=${subject.username}&event=user_updated&limit=2`;
    while (path) {
      const { json, status } = await ask("GET", path);
      assert.equal(status, 200);
      found.push(...json.items.map((it: { id: string }) => it.id));
      path = json.next
        ? `/audit-events?person=${subject.username}&limit=2&cursor=${json.next}`
        : undefined;
    }
    assert.deepEqual(found, ids.toReversed());
    const until = new Date(START + 1500).toISOString();
    const early = await ask(
      "GET",
      `/audit-events?person=${subject.username}&until=${until}`,
    );
    assert.equal(early.json.items.length, 2);
    assert.deepEqual(early.json.items[0].subject, {
      id: subject.id,
      name: subject.name,
    });
    assert.equal(
      (await ask("GET", "/audit-events?person=nobody.at.all")).status,
      404,
    );
    assert.equal(
      (await ask("GET", "/audit-events?from=2026-11-23")).status,
      400,
    );
    for (const time of ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z"]) {
      assert.equal(
        (await ask("GET", `/audit-events?from=${time}`)).status,
        400,
      );
      assert.equal(
        (await ask("GET", `/audit-events?until=${time}`)).status,
        400,
      );
    }
    assert.equal((await ask("GET", "/audit-events?event=nothing")).status, 400);
  },
);

testOnEach(
  "the stream gives all events in order, and goes on behind a cursor",
  async ({ db }) => {
    const { ask, owner } = await setUp(db);
    const subject = await person(db);
    const ids = await happened(db, subject.id, 4);
    const read = async (query = "") => {
      const { text, headers, status } = await ask(
        "GET",
        `/audit-events/stream${query}`,
      );
      assert.equal(status, 200);
      assert.equal(headers.get("content-type"), "application/x-ndjson");
      return text.split("\n").filter(Boolean).map((it) => JSON.parse(it));
    };
    const all = await read();
    const order = all.map((it) => it.id);
    assert.deepEqual(order, [...order].sort());
    assert.deepEqual(order.filter((it) => ids.includes(it)), ids);
    const behind = await read(`?after=${ids[1]}`);
    assert.deepEqual(
      behind.map((it) => it.id).filter((it) => ids.includes(it)),
      ids.slice(2),
    );
    // What is being written at this moment may still overtake: it comes later.
    const id = uuidv7();
    await rows(
      db,
      sql`insert into audit_events (id, event, subject_id, address, request_id)
      values (${id}, 'user_updated', ${owner.id}, '192.0.2.1', 'r')`,
    );
    assert.ok(!(await read()).some((it) => it.id === id));
  },
);

testOnEach(
  "the stream gives more than a page of events, each once",
  async ({ db }) => {
    const { ask } = await setUp(db);
    const since = uuidv7({ msecs: Date.now() - 7_200_000 });
    await rows(
      db,
      sql`insert into audit_events (id, at, event, address, request_id)
      select (lpad(to_hex((extract(epoch from now() - interval '2 hours') * 1000)::bigint + n), 8 + 4, '0')
          || '7000800000000000' || lpad(to_hex(n), 4, '0'))::uuid,
        now() - interval '2 hours', 'user_updated', '192.0.2.1', 'many'
      from generate_series(1, 2500) n`,
    );
    const { text } = await ask("GET", `/audit-events/stream?after=${since}`);
    const many = text.split("\n").filter(Boolean).map((it) => JSON.parse(it))
      .filter((it) => it.requestId === "many");
    assert.equal(new Set(many.map((it) => it.id)).size, many.length);
    assert.equal(many.length, 2500);
  },
);
