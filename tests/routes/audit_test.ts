import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { auditEvents } from "../../db/schema.ts";
import { browser, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";

testOnEach(
  "the log filters by person, action and day, and pages by key",
  async (connection) => {
    const { db } = connection;
    const running = program(connection, {
      SIGN_IN_ATTEMPTS_PER_ACCOUNT: "100",
    });
    const reader = browser(running);
    const me = await person(db, { permissions: ["audit_log"] });
    await reader.signIn(me);
    const user = await person(db);
    for (let n = 0; n < 52; n++) {
      await browser(running, { address: `10.1.${n}.1` })
        .signIn({ ...user, password: "wrong" });
    }
    const rows = (html: string) => [...html.matchAll(/<tr id="event-/g)].length;
    const query = `/audit?person=${user.username}&event=authn_login_fail`;
    const first = await (await reader.get(query)).text();
    assert.equal(rows(first), 50);
    const older = first.match(/href="(\/audit\?[^"]*before=[^"]*)"/)![1]!
      .replaceAll("&amp;", "&");
    const second = await (await reader.get(older)).text();
    assert.ok(rows(second) >= 1 && rows(second) <= 2);

    const today = new Date().toISOString().slice(0, 10);
    assert.equal(
      rows(
        await (await reader.get(`${query}&from=${today}&until=${today}`))
          .text(),
      ),
      50,
    );
    assert.equal(
      rows(await (await reader.get(`${query}&until=2020-01-01`)).text()),
      0,
    );
    assert.equal(
      rows(await (await reader.get(`${query}&from=2100-01-01`)).text()),
      0,
    );
    assert.match(
      await (await reader.get("/audit?person=nobody.at.all")).text(),
      /There is no user/,
    );
    const wrong = await reader.get("/audit?from=yesterday");
    assert.equal(wrong.status, 422);
    assert.match(await wrong.text(), /id="from-error"/);
  },
);

testOnEach(
  "what is in the log can't be changed or taken out, by nobody (ASVS 16.4.2)",
  async ({ db }) => {
    const user = await person(db);
    await db.insert(auditEvents).values({
      id: user.id,
      event: "authn_login_fail",
      address: "192.0.2.1",
      requestId: "r",
    });
    for (
      const attempt of [
        sql`update audit_events set event = 'x'`,
        sql`delete from audit_events`,
        sql`truncate audit_events`,
      ]
    ) {
      await assert.rejects(
        () => db.execute(attempt),
        (error: Error) =>
          /append-only/.test(String((error.cause as Error)?.message)),
      );
    }
  },
);

testOnEach(
  "a change without its audit event does not happen (ASVS 16.5.3)",
  async (connection) => {
    const { db } = connection;
    const running = program(connection);
    const admin = browser(running);
    await admin.signIn(await person(db, { permissions: ["user_management"] }));
    const user = await person(db);
    const path = `/users/${user.id}/password`;
    const html = await (await admin.get(path)).text();
    const before = await db.execute(
      sql`select hash from passwords where user_id = ${user.id}`,
    );
    await db.execute(
      sql`alter table audit_events add constraint no_sets check (event <> 'authn_password_set') not valid`,
    );
    try {
      const response = await admin.post(path, {
        formId: html.match(/name="formId" value="([^"]*)"/)![1]!,
        seenSetAt: html.match(/name="seenSetAt" value="([^"]*)"/)![1]!,
        newPassword: "seven geese cross the bridge",
        reason: "no_mailbox",
      });
      assert.equal(response.status, 500);
      const text = await response.text();
      const failure = running.log.findLast((it) => it.event === "failure");
      assert.ok(text.includes(String(failure?.requestId)));
      assert.ok(!text.includes("no_sets") && !text.includes("insert into"));
      assert.ok(!JSON.stringify(failure).includes("seven geese"));
    } finally {
      await db.execute(sql`alter table audit_events drop constraint no_sets`);
    }
    const after = await db.execute(
      sql`select hash from passwords where user_id = ${user.id}`,
    );
    assert.deepEqual(after, before);
  },
);
