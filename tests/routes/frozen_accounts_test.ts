import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import type { Connection } from "../../db/client.ts";
import { findUser } from "../../db/users.ts";
import { apiClient, apiToken } from "../support/api.ts";
import { browser, csrfOf, hidden, program } from "../support/app.ts";
import { command } from "../support/cli.ts";
import { sendForm } from "../support/ended_sessions.ts";
import { testOnEach } from "../support/database.ts";
import { linkFor, linkIn, mailbox } from "../support/mail.ts";
import { factorsOf, plantPasskey } from "../support/authenticators.ts";
import { insertMail } from "../../db/mails.ts";
import { person } from "../support/people.ts";
import { eventsOf } from "../support/rows.ts";
import { CORE, PATCH_OP, provider, scimToken } from "../support/scim.ts";

/** Somebody who has answered a notice by *It was not me*, and the staff who see the case. */
async function frozen({ db }: Connection) {
  const running = program({ db });
  const user = await person(db);
  const notice = await linkFor(running, user.id, "new_device");
  const visitor = browser(running);
  await visitor.get(notice.path);
  assert.equal((await visitor.post("/not-me", {})).status, 200);
  const staff = await person(db, { permissions: ["user_management"] });
  const desk = browser(running);
  await desk.signIn(staff);
  return {
    running,
    user,
    staff,
    desk,
    visitor,
    disabled: async () => (await findUser(db, user.id))?.disabledAt !== null,
    settlement: async () => {
      const page = await (await desk.get("/reports")).text();
      const row = page.split("<tr>").find((it) => it.includes(user.id));
      return row?.match(/action="(\/reports\/[^"]+)"/)?.[1];
    },
  };
}

testOnEach(
  "a provider that sends active: true in every cycle leaves a frozen account frozen, and its links dead",
  async (connection) => {
    const { db } = connection;
    const { running, user, disabled, visitor } = await frozen(connection);
    const send = provider(running, (await scimToken(db)).text);
    const put = await send("PUT", `/Users/${user.id}`, {
      body: {
        schemas: [CORE],
        userName: user.username,
        displayName: "New Name",
        active: true,
      },
    });
    assert.equal(put.status, 200);
    assert.equal(put.json.active, false);
    assert.equal(put.json.displayName, "New Name", "the rest is taken");
    for (const value of [true, "True"]) {
      const patch = await send("PATCH", `/Users/${user.id}`, {
        body: {
          schemas: [PATCH_OP],
          Operations: [{ op: "replace", path: "active", value }],
        },
      });
      assert.deepEqual([patch.status, patch.json.active], [200, false]);
    }
    assert.ok(await disabled());
    const reset = await linkFor(running, user.id, "password_reset");
    await visitor.get(reset.path);
    assert.equal((await visitor.get("/password-reset")).status, 403);
    // DELETE and PUT after it find the same account as frozen as before.
    assert.equal((await send("DELETE", `/Users/${user.id}`)).status, 204);
    const again = await send("PUT", `/Users/${user.id}`, {
      body: { schemas: [CORE], userName: user.username, active: true },
    });
    assert.equal(again.json.active, false);
  },
);

testOnEach(
  "API, page and command line refuse to enable a frozen account, and say where it is settled",
  async (connection) => {
    const { db } = connection;
    const { running, user, staff, desk, disabled } = await frozen(connection);
    const { text } = await apiToken(db, { ownerId: staff.id });
    const api = await apiClient(running, text)(
      "DELETE",
      `/users/${user.id}/disablement`,
    );
    assert.deepEqual([api.status, api.problem], [409, "report-open"]);
    assert.match(api.json.detail, /Account > Reports/);
    const asked = await desk.get(`/users/${user.id}/disablement`);
    assert.equal(asked.status, 200);
    assert.match(await asked.text(), /href="\/reports">Reports</);
    const page = await desk.post(`/users/${user.id}/disablement`, {
      disabled: "no",
    });
    assert.equal(page.status, 409);
    assert.match(await page.text(), /Account &gt; Reports/);
    const cli = await command(running, "enable", user.username);
    assert.equal(cli.code, 1);
    assert.match(cli.err, /Account > Reports/);
    assert.ok(await disabled());
  },
);

testOnEach(
  "settling enables the account in the same act, with all its reports, and only where that is asked for",
  async (connection) => {
    const { db } = connection;
    const first = await frozen(connection);
    const path = (await first.settlement())!;
    await db.execute(
      sql`insert into reports (id, user_id, mail_kind, facts, address)
        select gen_random_uuid(), user_id, mail_kind, facts, address from reports where user_id = ${first.user.id}`,
    );
    const settled = await first.desk.post(path, { enable: "yes" }, {
      from: "/reports",
    });
    assert.match(await settled.text(), /the account is enabled/);
    assert.equal(await first.disabled(), false);
    assert.equal(await first.settlement(), undefined);
    const id = first.user.id;
    assert.equal((await eventsOf(db, id, "user_enabled")).length, 1);
    assert.equal((await eventsOf(db, id, "report_settled")).length, 1);

    const second = await frozen(connection);
    await second.desk.post((await second.settlement())!, {}, {
      from: "/reports",
    });
    assert.ok(await second.disabled(), "to be kept out is an outcome too");
    const enabled = await command(
      second.running,
      "enable",
      second.user.username,
    );
    assert.equal(enabled.code, 0, "from then on it is like any other account");
  },
);

testOnEach(
  "the report of a disabled account is taken: enabling it needs the settlement, and its passkeys their holder",
  async ({ db }) => {
    const running = program({ db });
    const box = await mailbox(running);
    const user = await person(db);
    await plantPasskey(db, { userId: user.id });
    await command(running, "disable", user.username);
    await insertMail(db, {
      kind: "password_changed",
      userId: user.id,
      facts: {
        by: "staff",
        at: new Date().toISOString(),
        address: "203.0.113.9",
      },
    });
    const [notice] = await box.to(user.email);
    await box.close();
    const visitor = browser(running);
    await visitor.get(linkIn(notice!));
    assert.match(
      await (await visitor.get("/not-me")).text(),
      /Freeze the account/,
    );
    const reported = await visitor.post("/not-me", {});
    assert.match(await reported.text(), /The account is frozen/);

    const enabled = await command(running, "enable", user.username);
    assert.equal(enabled.code, 1);
    assert.match(enabled.err, /Account > Reports/);
    assert.equal((await factorsOf(db, user.id)).suspended, "frozen");
    const desk = browser(running);
    await desk.signIn(await person(db, { permissions: ["user_management"] }));
    const list = await (await desk.get("/reports")).text();
    const row = list.split("<tr>").find((it) => it.includes(user.id))!;
    const settle = row.match(/action="(\/reports\/[^"]+)"/)![1]!;
    await desk.post(settle, { enable: "yes" }, { from: "/reports" });
    assert.equal((await findUser(db, user.id))?.disabledAt, null);
    const old = await browser(running).signIn(user);
    assert.equal(old.status, 422, "the password is over");
  },
);

testOnEach(
  "staff who set the password or did what was reported settle it only where nobody else can; the user is told",
  async ({ db }) => {
    await db.execute(sql`delete from permissions`);
    const running = program({ db });
    const box = await mailbox(running);
    const reported = await person(db, { permissions: ["user_management"] });
    const user = await person(db);
    const desk = browser(running);
    await desk.signIn(reported);

    const report = async (path: string) => {
      const visitor = browser(running);
      await visitor.get(path);
      const said = await visitor.post("/not-me", {});
      assert.match(await said.text(), /The account is frozen/);
      const list = await (await desk.get("/reports")).text();
      const row = list.split("<tr>").find((it) => it.includes(user.id))!;
      return row.match(/action="(\/reports\/[^"]+)"/)![1]!;
    };
    const settle = (who: typeof desk, path: string, enable = true) =>
      who.post(path, enable ? { enable: "yes" } : {}, { from: "/reports" });

    const form = await (await desk.get(`/users/${user.id}/password`)).text();
    await sendForm(desk, `/users/${user.id}/password`, {
      csrf: csrfOf(form),
      from: "",
      formId: hidden(form, "formId"),
      seenSetAt: hidden(form, "seenSetAt"),
      newPassword: "nine larks over the hill",
      reason: "no_mailbox",
      temporary: "yes",
    });
    const [changed] = await box.to(user.email);
    const path = await report(linkIn(changed!));
    const colleague = await person(db, { permissions: ["user_management"] });
    for (const enable of [true, false]) {
      const refused = await settle(desk, path, enable);
      assert.equal(refused.status, 403);
      assert.match(await refused.text(), /A colleague has to settle it/);
    }
    assert.notEqual((await findUser(db, user.id))?.disabledAt, null);
    const other = browser(running);
    await other.signIn(colleague);
    assert.equal((await settle(other, path)).status, 200);
    const told = (await box.to(user.email)).at(-1)!;
    assert.equal(told.subject, "Your report was settled");
    assert.match(told.text, /The account is enabled/);

    // The settlement is reported in its turn; its own link does it. Who settled it may not settle that.
    const again = await report(linkIn(told));
    assert.equal((await settle(other, again)).status, 403);
    await db.execute(
      sql`update passwords set set_by = user_id where user_id = ${user.id}`,
    );
    assert.equal((await settle(desk, again, false)).status, 200);
    const closed = (await box.to(user.email)).at(-1)!;
    assert.match(closed.text, /The account stays disabled/);

    // Where there is nobody else, somebody has to.
    const last = await report(linkIn(closed));
    await db.execute(
      sql`delete from permissions where user_id = ${colleague.id}`,
    );
    assert.equal((await settle(desk, last)).status, 200);
    await box.close();
  },
);
