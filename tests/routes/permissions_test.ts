import assert from "node:assert/strict";
import { findUser } from "../../db/users.ts";
import { browser, csrfOf, hidden, program } from "../support/app.ts";
import { command } from "../support/cli.ts";
import { testOnEach } from "../support/database.ts";
import { sendForm } from "../support/ended_sessions.ts";
import { linkFor } from "../support/mail.ts";
import { person } from "../support/people.ts";
import { eventsOf, sessionsOf } from "../support/rows.ts";

testOnEach(
  "a permission that is taken is gone at the next click, one that is given asks for a new sign-in (ASVS 8.3.2, CPH-1)",
  async (connection) => {
    const { db } = connection;
    const running = program(connection);
    const admin = browser(running);
    await admin.signIn(await person(db, { permissions: ["administration"] }));
    const user = await person(db, { permissions: ["user_management"] });
    const holder = browser(running);
    await holder.signIn(user);
    const path = `/users/${user.id}/permissions`;
    const seen = async () =>
      hidden(await (await admin.get(path)).text(), "seen");

    const taken = await admin.post(path, { seen: await seen() });
    assert.equal(taken.status, 200);
    assert.equal((await holder.get("/users")).status, 403);
    assert.equal((await holder.get("/help")).status, 200);

    await admin.post(path, { seen: await seen(), audit_log: "yes" });
    assert.equal((await sessionsOf(db, user.id)).length, 0);
    assert.deepEqual((await findUser(db, user.id))?.permissions, ["audit_log"]);
    const events = await eventsOf(db, user.id, "privilege_permissions_changed");
    assert.deepEqual(events.map((it) => it.detail), [
      { granted: ["audit_log"], taken: [], sessions: 1 },
      { granted: [], taken: ["user_management"], sessions: 0 },
    ]);
  },
);

testOnEach(
  "the permissions page is not for oneself, and a stale one changes nothing",
  async (connection) => {
    const { db } = connection;
    const running = program(connection);
    const me = await person(db, { permissions: ["administration"] });
    const admin = browser(running);
    await admin.signIn(me);
    const mine = await admin.post(`/users/${me.id}/permissions`, {
      seen: "administration",
      administration: "yes",
      user_management: "yes",
    }, { from: "/help" });
    assert.equal(mine.status, 403);
    assert.deepEqual((await findUser(db, me.id))?.permissions, [
      "administration",
    ]);

    const user = await person(db, { permissions: ["audit_log"] });
    const stale = await admin.post(`/users/${user.id}/permissions`, {
      seen: "",
      user_management: "yes",
    });
    assert.equal(stale.status, 409);
    assert.deepEqual((await findUser(db, user.id))?.permissions, ["audit_log"]);
  },
);

testOnEach(
  "a permission that does not exist can't be granted",
  async (connection) => {
    const { db } = connection;
    const admin = browser(program(connection));
    await admin.signIn(await person(db, { permissions: ["administration"] }));
    const user = await person(db);
    const response = await admin.post(`/users/${user.id}/permissions`, {
      seen: "root",
      root: "yes",
    });
    assert.equal(response.status, 400);
    assert.deepEqual((await findUser(db, user.id))?.permissions, []);
  },
);

testOnEach(
  "before a grant, page and command line tell who else may know the password, and who entered the email address",
  async ({ db }) => {
    const running = program({ db });
    const staff = await person(db, { permissions: ["user_management"] });
    const desk = browser(running);
    await desk.signIn(staff);
    const admin = browser(running);
    await admin.signIn(await person(db, { permissions: ["administration"] }));
    const user = await person(db, { email: null });
    const path = `/users/${user.id}/permissions`;
    const page = async () => await (await admin.get(path)).text();
    assert.doesNotMatch(await page(), /make sure who holds/);

    // Staff plant a mailbox of their own.
    const { name, username } = user;
    const email = `${username}@example.net`;
    const fields = { version: "1", from: "", name, username, email };
    await desk.post(`/users/${user.id}/edit`, fields);
    const mail = { to: email };
    const link = await linkFor(running, user.id, "email_confirmation", mail);
    const mailbox = browser(running);
    await mailbox.get(link.path);
    await mailbox.post("/email-confirmation", {});
    const planted = await page();
    assert.ok(planted.includes(`was last entered by ${staff.name} (20`));
    assert.doesNotMatch(planted, /may know the password/);

    // They set a temporary password, and replace it themselves.
    const form = await (await desk.get(`/users/${user.id}/password`)).text();
    const temporary = { ...user, password: "nine larks over the hill" };
    await sendForm(desk, `/users/${user.id}/password`, {
      csrf: csrfOf(form),
      from: "",
      formId: hidden(form, "formId"),
      seenSetAt: hidden(form, "seenSetAt"),
      newPassword: temporary.password,
      reason: "no_mailbox",
      temporary: "yes",
    });
    const thief = browser(running);
    await thief.signIn(temporary);
    await thief.post("/account/password", {
      currentPassword: temporary.password,
      newPassword: "ten larks over the hill",
    });
    const said = [
      /Since 20\d\d-[^,]+, somebody else may know the password/,
      /make sure who holds this account and reads its mail/,
    ];
    const known = await page();
    const granted = await command(running, "grant", user.id, "audit_log");
    assert.equal(granted.code, 0);
    for (const line of said) {
      assert.match(known, line);
      assert.match(granted.err, line);
    }
    assert.ok(granted.err.includes(`was last entered by ${staff.name} (20`));
    assert.equal(granted.out, `${user.name} now holds Audit log.\n`);
    const taken = await command(running, "revoke", user.id, "audit_log");
    assert.equal(taken.err, "");
  },
);
