import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { type Connection, rows } from "../../db/client.ts";
import { browser, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { linkIn, mailOffice, mailServer } from "../support/mail.ts";
import { person } from "../support/people.ts";
import { eventsOf, passwordOf, sessionsOf } from "../support/rows.ts";

type Given = Parameters<typeof person>[1];

/** Somebody who has changed the password, and the notice of it. */
async function noticed({ db }: Connection, given: Given = {}) {
  await db.execute(sql`delete from mails`);
  const server = await mailServer();
  const running = program({ db }, { SMTP_URL: server.url });
  const office = mailOffice(running);
  const user = await person(db, given);
  const own = browser(running);
  await own.signIn(user);
  const changed = { ...user, password: "nine larks over the hill" };
  await own.post("/account/password", {
    currentPassword: user.password,
    newPassword: changed.password,
  });
  while (await office.deliver() > 0);
  const [notice] = server.received;
  return {
    running,
    user: changed,
    own,
    notice: notice!,
    office,
    server,
    close: async () => {
      office.transport.close();
      await server.close();
    },
  };
}

testOnEach(
  "“It was not me” asks, then freezes: sessions, links and the password end, and staff see the case",
  async (connection) => {
    const { db } = connection;
    const { running, user, own, notice, office, server, close } = await noticed(
      connection,
    );
    assert.equal(notice.subject, "Your password was changed");
    const visitor = browser(running, { address: "203.0.113.9" });
    await visitor.post("/password-resets/new", { identifier: user.username });
    while (await office.deliver() > 0);
    const resetLink = linkIn(server.received.at(-1)!);

    const opened = await visitor.get(linkIn(notice));
    assert.equal(opened.headers.get("location"), "/not-me");
    const asked = await (await visitor.get("/not-me")).text();
    assert.match(asked, /Freeze the account/);
    assert.equal((await sessionsOf(db, user.id)).length, 1, "nothing yet");
    const frozen = await visitor.post("/not-me", {});
    assert.match(await frozen.text(), /The account is frozen/);

    assert.deepEqual(await sessionsOf(db, user.id), []);
    assert.equal((await own.get("/account/password")).status, 303);
    assert.equal((await browser(running).signIn(user)).status, 422);
    await visitor.get(resetLink);
    assert.equal((await visitor.get("/password-reset")).status, 403);
    assert.equal((await eventsOf(db, user.id, "account_frozen")).length, 1);

    const desk = browser(running);
    await desk.signIn(await person(db, { permissions: ["user_management"] }));
    const list = await (await desk.get("/reports")).text();
    const row = list.split("<tr>").find((it) => it.includes(user.id))!;
    assert.match(row, /Password changed.*from 192\.0\.2\.7/s);
    const settle = row.match(/action="(\/reports\/[^"]+)"/)![1]!;
    const settled = await desk.post(settle, { enable: "yes" }, {
      from: "/reports",
    });
    assert.match(await settled.text(), /The report is settled/);
    assert.equal(
      (await browser(running).signIn(user)).status,
      422,
      "enabled again, the old password still opens nothing",
    );
    assert.ok(!(await (await desk.get("/reports")).text()).includes(user.id));
    assert.equal((await eventsOf(db, user.id, "report_settled")).length, 1);
    await close();
  },
);

testOnEach(
  "the link freezes once, its own account alone, and only by POST (ASVS 3.5.3, 6.6.2)",
  async (connection) => {
    const { db } = connection;
    const { running, user, notice, close } = await noticed(connection);
    const link = linkIn(notice);
    const scanner = browser(running);
    for (const method of ["GET", "HEAD"]) {
      await scanner.send(method, link);
      await scanner.send(method, "/not-me");
    }
    const before = await passwordOf(db, user.id);
    assert.equal(before?.temporary, false);
    // For another purpose it is no link at all.
    const thief = browser(running);
    thief.cookies.set("passdesk-reset", link.split("/").at(-1)!);
    const reset = await thief.post("/password-reset", {
      newPassword: "ten larks over the hill",
    }, { from: "/sign-in" });
    assert.equal(reset.status, 403);

    const [first, second] = [browser(running), browser(running)];
    for (const it of [first, second]) await it.get(link);
    const answers = await Promise.all(
      [first, second].map((it) => it.post("/not-me", {}, { from: "/sign-in" })),
    );
    assert.deepEqual(answers.map((it) => it.status).sort(), [200, 403]);
    await close();
  },
);

testOnEach(
  "the last administrator is not locked out for good: a reset link opens the account",
  async (connection) => {
    const { db } = connection;
    await db.execute(sql`delete from permissions`);
    const { running, user, notice, office, server, close } = await noticed(
      connection,
      { permissions: ["administration"] },
    );
    const visitor = browser(running);
    await visitor.get(linkIn(notice));
    await visitor.post("/not-me", {});
    assert.equal((await browser(running).signIn(user)).status, 422);
    await visitor.post("/password-resets/new", { identifier: user.username });
    while (await office.deliver() > 0);
    await visitor.get(linkIn(server.received.at(-1)!));
    const password = "eleven larks over the hill";
    await visitor.post("/password-reset", { newPassword: password });
    const back = await browser(running).signIn({ ...user, password });
    assert.equal(back.headers.get("location"), "/");
    await close();
  },
);

testOnEach(
  "a sign-in from a browser that is new to the account is told, from a known one not (ASVS 6.3.5, 6.3.7)",
  async ({ db }) => {
    await db.execute(sql`delete from mails`);
    const running = program({ db });
    const user = await person(db);
    const told = async () =>
      (await rows<{ facts: Record<string, string> }>(
        db,
        sql`select facts from mails where user_id = ${user.id} and kind = 'new_device'`,
      )).map((it) => it.facts.address);
    const first = browser(running);
    await first.signIn(user);
    assert.deepEqual(await told(), [], "nobody is surprised by the first one");
    await first.post("/sign-out", {}, { from: "/help" });
    await first.signIn(user);
    assert.deepEqual(await told(), []);
    const second = browser(running, { address: "203.0.113.77" });
    await second.signIn(user);
    assert.deepEqual(await told(), ["203.0.113.77"]);
    await second.signIn({ ...user, password: "wrong" });
    assert.equal((await told()).length, 1);
  },
);
