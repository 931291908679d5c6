import assert from "node:assert/strict";
import type { Connection } from "../../db/client.ts";
import { browser, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { eventsOf, passwordOf, sessionsOf } from "../support/rows.ts";

const PATH = "/account/password";
const NEW_PASSWORD = "seven geese cross the bridge";

async function signedIn(
  connection: Connection,
  given: Parameters<typeof person>[1] = {},
) {
  const running = program(connection);
  const user = await person(connection.db, given);
  const visitor = browser(running);
  await visitor.signIn(user);
  return { ...running, user, visitor };
}

testOnEach(
  "changing the own password ends the other sessions and renews this one (ASVS 7.2.4, 7.4.3)",
  async (connection) => {
    const { db } = connection;
    const { visitor, user, ...running } = await signedIn(connection);
    const elsewhere = browser(running);
    await elsewhere.signIn(user);
    const before = visitor.cookies.get("passdesk-session");

    const response = await visitor.post(PATH, {
      currentPassword: user.password,
      newPassword: NEW_PASSWORD,
    });

    assert.equal(response.status, 200);
    assert.match(await response.text(), /other sessions \(1\) were ended/);
    assert.notEqual(visitor.cookies.get("passdesk-session"), before);
    assert.equal((await sessionsOf(db, user.id)).length, 1);
    assert.equal((await visitor.get(PATH)).status, 200);
    assert.equal((await elsewhere.get(PATH)).status, 303);
    const stolen = browser(running);
    stolen.cookies.set("passdesk-session", before!);
    assert.equal((await stolen.get(PATH)).status, 303);
    assert.equal(
      (await eventsOf(db, user.id, "authn_password_change")).length,
      1,
    );
  },
);

testOnEach(
  "the form of the answer works: its token belongs to the new session",
  async (connection) => {
    const { visitor, user } = await signedIn(connection);
    const first = await visitor.post(PATH, {
      currentPassword: user.password,
      newPassword: NEW_PASSWORD,
    });
    const csrf = (await first.text()).match(/name="csrf" value="([^"]*)"/)![1]!;
    const second = await visitor.send("POST", PATH, {
      body: new URLSearchParams({
        csrf,
        currentPassword: NEW_PASSWORD,
        newPassword: "eleven swans under the bridge",
      }).toString(),
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    });
    assert.equal(second.status, 200);
  },
);

testOnEach(
  "a wrong, missing or unchanged password changes nothing and echoes nothing (ASVS 6.2.3)",
  async (connection) => {
    const { db } = connection;
    const { visitor, user } = await signedIn(connection);
    const before = await passwordOf(db, user.id);
    const tries = [
      { currentPassword: "not it, but long", newPassword: NEW_PASSWORD },
      { newPassword: NEW_PASSWORD },
      { currentPassword: user.password },
      { currentPassword: user.password, newPassword: user.password },
      { currentPassword: user.password, newPassword: `${user.username}2026!` },
    ];
    for (const fields of tries) {
      const response = await visitor.post(
        PATH,
        fields as Record<string, string>,
        { htmx: true },
      );
      const html = await response.text();
      assert.equal(response.status, 422);
      assert.match(html, /^<form id="own-password"/);
      assert.ok(!html.includes("not it, but") && !html.includes(NEW_PASSWORD));
    }
    assert.deepEqual(await passwordOf(db, user.id), before);
    assert.ok(
      (await eventsOf(db, user.id, "authn_password_change_fail")).length >= 2,
    );
  },
);

testOnEach(
  "guessing the current password in a stolen session is throttled (ASVS 6.3.1)",
  async (connection) => {
    const { visitor, user } = await signedIn(connection);
    const guess = {
      currentPassword: "a guess, and wrong",
      newPassword: NEW_PASSWORD,
    };
    for (let i = 0; i < 10; i++) {
      assert.equal((await visitor.post(PATH, guess)).status, 422);
    }
    const response = await visitor.post(PATH, {
      currentPassword: user.password,
      newPassword: NEW_PASSWORD,
    });
    assert.equal(response.status, 429);
    assert.ok(response.headers.get("retry-after"));
  },
);

testOnEach(
  "a temporary password leads here, and everything opens once it is replaced (ASVS 6.4.1)",
  async (connection) => {
    const { db } = connection;
    const { visitor, user } = await signedIn(connection, {
      temporary: true,
      permissions: ["user_management"],
    });
    const elsewhere = await visitor.get("/users?query=anna");
    assert.equal(elsewhere.headers.get("location"), PATH);
    assert.match(await (await visitor.get(PATH)).text(), /temporary password/);
    const same = await visitor.post(PATH, {
      currentPassword: user.password,
      newPassword: user.password,
    });
    assert.equal(same.status, 422);
    const changed = await visitor.post(PATH, {
      currentPassword: user.password,
      newPassword: NEW_PASSWORD,
    });
    assert.equal(changed.status, 200);
    assert.equal((await passwordOf(db, user.id))?.temporary, false);
    assert.equal((await passwordOf(db, user.id))?.expiresAt, null);
    assert.equal((await visitor.get("/users")).status, 200);
  },
);

testOnEach(
  "a page parked on the forced change dies when the password is set again meanwhile",
  async (connection) => {
    const { db } = connection;
    const { visitor, user, ...running } = await signedIn(connection, {
      temporary: true,
    });
    const staff = browser(running);
    await staff.signIn(await person(db, { permissions: ["user_management"] }));
    const path = `/users/${user.id}/password`;
    const html = await (await staff.get(path)).text();
    await staff.post(path, {
      formId: html.match(/name="formId" value="([^"]*)"/)![1]!,
      seenSetAt: html.match(/name="seenSetAt" value="([^"]*)"/)![1]!,
      newPassword: "eleven swans under the bridge",
      temporary: "yes",
      reason: "no_mailbox",
    });
    const parked = await visitor.post(PATH, {
      currentPassword: user.password,
      newPassword: NEW_PASSWORD,
    });
    assert.ok([303, 403].includes(parked.status));
    assert.equal(
      (await eventsOf(db, user.id, "authn_password_change")).length,
      0,
    );
  },
);

testOnEach(
  "precomposed and decomposed accents are the same password, nothing else is (ASVS 6.2.8, NIST 63B-3.1.1.2-j)",
  async (connection) => {
    const { visitor, user, ...running } = await signedIn(connection);
    await visitor.post(PATH, {
      currentPassword: user.password,
      newPassword: " Caf\u00e9 am Ufer, 9 Uhr ",
    });
    const signIn = async (password: string) =>
      (await browser(running).signIn({ ...user, password })).status;
    assert.equal(await signIn(" Cafe\u0301 am Ufer, 9 Uhr "), 303);
    assert.equal(await signIn("Caf\u00e9 am Ufer, 9 Uhr"), 422);
    assert.equal(await signIn(" caf\u00e9 am Ufer, 9 Uhr "), 422);
  },
);
