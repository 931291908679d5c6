import assert from "node:assert/strict";
import { findUser } from "../../db/users.ts";
import { browser, hidden, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
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
