import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { MAX, NIL, v4 as uuidv4, v7 as uuidv7 } from "uuid";
import { type Database, rows } from "../../db/client.ts";
import { sealAuditLog } from "../../services/audit_seals.ts";
import { verifyAuditLog } from "../../services/audit_verification.ts";
import { administratorApi } from "../support/api.ts";
import { browser, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { asOwner } from "../support/rows.ts";

const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;
const SEALED_AT = Date.now() - 3 * HOUR;

/** As whoever can write to the table would, beside the program. */
async function forge(
  db: Database,
  id: string,
  at = Date.now(),
  subjectId: string | null = null,
) {
  await db.execute(sql`
    insert into audit_events (id, at, event, subject_id, address, request_id, detail)
    values (${id}, ${new Date(at).toISOString()}, 'user_enabled', ${subjectId},
      '192.0.2.1', 'forged', '{}')`);
  return id;
}

const write = (db: Database, at: number) =>
  forge(db, uuidv7({ msecs: at }), at);

/** A log with one sealed event; `before` happens ahead of the seal. */
async function sealed(db: Database, before?: () => Promise<unknown>) {
  await asOwner(db, sql`delete from audit_events`);
  await asOwner(db, sql`delete from audit_seals`);
  const { services } = program({ db });
  await write(db, SEALED_AT);
  await before?.();
  await sealAuditLog(services);
  return services;
}

for (
  const [what, id, at, why] of [
    ["with the highest id of all", MAX, undefined, "future"],
    [
      "of the next year",
      uuidv7({ msecs: Date.now() + 365 * DAY }),
      Date.now() + 365 * DAY,
      "future",
    ],
    [
      "with an id of now and a later time",
      uuidv7(),
      Date.now() + DAY,
      "future",
    ],
    [
      "with an id of now and an earlier time",
      uuidv7(),
      Date.now() - DAY,
      "id_differs",
    ],
    ["with a random id", "f" + uuidv4().slice(1), undefined, "future"],
  ] as const
) {
  testOnEach(
    `an event ${what} is named (ASVS 16.4.2)`,
    async ({ db }) => {
      const services = await sealed(db);
      await forge(db, id, at);
      const verified = await verifyAuditLog(services);
      assert.ok(!verified.ok);
      assert.equal(verified.failure.reason, "outside_of_time");
      const { count, events } = verified.failure as never as {
        count: number;
        events: unknown[];
      };
      assert.equal(count, 1);
      assert.deepEqual(
        events.map((it) => {
          const { id, why } = it as { id: string; why: string };
          return { id, why };
        }),
        [{ id, why }],
      );
    },
  );
}

testOnEach(
  "an event with the nil id is named, and shows as added where a seal was before it",
  async ({ db }) => {
    const services = await sealed(db);
    await forge(db, NIL);
    const after = await verifyAuditLog(services);
    assert.ok(!after.ok && after.failure.reason === "differs");
    assert.equal(after.failure.what, "added");
    assert.deepEqual(after.failure.outside?.map((it) => it.id), [NIL]);

    const later = await sealed(db, () => forge(db, NIL));
    const verified = await verifyAuditLog(later);
    assert.ok(!verified.ok && verified.failure.reason === "outside_of_time");
    assert.equal(verified.failure.events[0]?.why, "before_passdesk");
    await asOwner(db, sql`delete from audit_events where id = ${NIL}`);
    const taken = await verifyAuditLog(later);
    assert.ok(!taken.ok && taken.failure.reason === "differs"); // it was sealed
  },
);

testOnEach(
  "what was of the future as it was sealed stays named once that time has come, and can't be taken away",
  async ({ db }) => {
    const soon = Date.now() + 2 * HOUR;
    const id = uuidv7({ msecs: soon });
    const services = await sealed(db, () => forge(db, id, soon));
    const seals = await rows<{ ahead: string[] }>(
      db,
      sql`select ahead from audit_seals`,
    );
    assert.deepEqual(seals.map((it) => it.ahead), [[id]]);
    // Sealed again, it is named once.
    await write(db, SEALED_AT + HOUR);
    await sealAuditLog(services);
    const again = await rows<{ ahead: string[] }>(
      db,
      sql`select ahead from audit_seals order by until_id`,
    );
    assert.deepEqual(again.map((it) => it.ahead), [[id], []]);
    // As if two hours had gone by: the event is as it was, but the program's clock says that its time is past.
    const now = Date.now;
    try {
      Date.now = () => now() + 3 * HOUR;
      const verified = await verifyAuditLog(services);
      assert.ok(!verified.ok && verified.failure.reason === "outside_of_time");
      assert.deepEqual(verified.failure.events.map((it) => it.why), ["future"]);
    } finally {
      Date.now = now;
    }
    for (
      const statement of [
        sql`update audit_events set address = '192.0.2.2' where id = ${id}`,
        sql`delete from audit_events where id = ${id}`,
        sql`update audit_seals set ahead = '[]' where ahead <> '[]'`,
      ]
    ) {
      await asOwner(db, statement);
      const shown = await verifyAuditLog(services);
      assert.ok(!shown.ok && shown.failure.reason === "differs");
    }
  },
);

testOnEach("seals are append-only, as events are", async ({ db }) => {
  await sealed(db);
  for (
    const statement of [
      sql`delete from audit_seals`,
      sql`update audit_seals set events = 0`,
      sql`truncate audit_seals`,
    ]
  ) {
    await assert.rejects(
      async () => await db.execute(statement),
      (error: Error) =>
        /append-only/.test(String((error.cause as Error)?.message)),
    );
  }
});

testOnEach(
  "an event of the future is not on top of the audit page, which says that there is one and shows it apart",
  async ({ db }) => {
    await sealed(db);
    const staff = await person(db, {
      permissions: ["audit_log", "user_management"],
    });
    const subject = await person(db);
    const page = browser(program({ db }));
    await page.signIn(staff);
    const quiet = await (await page.get("/audit")).text();
    assert.doesNotMatch(quiet, /time in the future/);
    await forge(db, uuidv7({ msecs: Date.now() + DAY }), undefined, subject.id);
    await forge(db, uuidv7(), Date.now() - DAY);
    const html = await (await page.get("/audit")).text();
    assert.match(html, /events with a time in the future/);
    assert.doesNotMatch(html, new RegExp(subject.name));
    assert.match(html, /time can&#39;t be right|time can't be right/);
    const ahead = await (await page.get("/audit?ahead=yes")).text();
    assert.match(ahead, new RegExp(subject.name));
    assert.match(ahead, />in the future</);
    const details = await (await page.get(`/users/${subject.id}`)).text();
    assert.doesNotMatch(details, /192\.0\.2\.1\b/);
  },
);

testOnEach("the API tells events of the future apart too", async ({ db }) => {
  await sealed(db);
  const { ask } = await administratorApi(db);
  const id = await forge(db, MAX);
  const ids = async (query: string) =>
    (await ask("GET", `/audit-events${query}`)).json.items
      .map((it: { id: string }) => it.id);
  assert.ok(!(await ids("")).includes(id));
  assert.deepEqual(await ids("?ahead=true"), [id]);
});
