import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { rows } from "../../db/client.ts";
import { insertMail } from "../../db/mails.ts";
import { browser, ORIGIN, program } from "../support/app.ts";
import {
  command,
  commandJson,
  follow,
  isOpen,
  lastCommand,
  NEW_PASSWORD,
  noAdministrator,
  pathOf,
} from "../support/cli.ts";
import { factorsOf } from "../support/authenticators.ts";
import { testOnEach } from "../support/database.ts";
import { linkFor, linkIn, mailbox } from "../support/mail.ts";
import { person } from "../support/people.ts";
import { eventsOf } from "../support/rows.ts";
import { enrolTotp } from "../support/totp.ts";

testOnEach(
  "the first administrator is created without a browser, sets the password by the printed link, and signs in",
  async ({ db }) => {
    await noAdministrator(db);
    const running = program({ db });
    const username = `first-${uuidv7().slice(-8)}`;
    const options = ["--username", username, "--name", "First Person"];
    const created = await commandJson(
      running,
      "create-administrator",
      ...options,
    );
    assert.equal(created.code, 0);
    assert.equal(created.minutes, 10);
    const set = await follow(running, created.url);
    assert.equal(set.headers.get("location"), "/sign-in?done=reset");
    const first = browser(running);
    await first.post("/sign-in", {
      identifier: username,
      password: NEW_PASSWORD,
    });
    assert.equal((await first.get("/users")).status, 200);

    const [{ id }] = await rows<{ id: string }>(
      db,
      sql`select id from users where username = ${username}`,
    ) as [{ id: string }];
    const [event] = await eventsOf(db, id, "system_setup");
    assert.equal(event?.actorId, null);
    assert.equal(event?.address, "cli");
    assert.deepEqual(event?.detail, { by: "cli" });

    for (const args of [["create-administrator", ...options], ["setup"]]) {
      const again = await commandJson(running, ...args);
      assert.equal(again.code, 1);
      assert.equal(again.reason, "administrator_exists");
    }
  },
);

testOnEach(
  "what can't be a user is refused with the form's words, and a name that is taken too",
  async ({ db }) => {
    const running = program({ db });
    const { username } = await person(db);
    await noAdministrator(db);
    const refusal = async (name: string) =>
      await commandJson(
        running,
        "create-administrator",
        "--name",
        "Somebody",
        "--username",
        name,
      );
    const malformed = await refusal("with a space");
    assert.deepEqual([malformed.code, malformed.reason], [1, "invalid"]);
    assert.match(malformed.message as string, /^username: Use letters/);
    const taken = await refusal(username);
    assert.match(taken.message as string, /^username: Another user has this/);
    assert.deepEqual(
      await rows(db, sql`select 1 from permissions`),
      [],
    );
  },
);

testOnEach("the printed setup link opens the setup page", async ({ db }) => {
  await noAdministrator(db);
  const running = program({ db });
  const { code, url, minutes } = await commandJson(running, "setup");
  assert.deepEqual([code, minutes], [0, 60]);
  const visitor = browser(running);
  await visitor.get(pathOf(url));
  assert.match(await (await visitor.get("/setup")).text(), /administrator/);
  assert.deepEqual(await lastCommand(db), {
    actor_id: null,
    address: "cli",
    detail: { by: "cli", command: "setup" },
  });
});

testOnEach(
  "a printed reset link ends the older ones, works once, and changes nothing before it is used",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db);
    const mailed = await linkFor(running, user.id, "password_reset");
    await insertMail(db, {
      kind: "password_reset",
      userId: user.id,
      facts: {},
    });
    const first = await commandJson(running, "reset-password", user.username);
    const second = await commandJson(running, "reset-password", user.email!);
    assert.deepEqual([first.code, second.code], [0, 0]);
    assert.equal((await browser(running).signIn(user)).status, 303);

    const [older, link] = [first, second].map((it) => pathOf(it.url));
    assert.equal(await isOpen(running, mailed.path), false);
    assert.equal(await isOpen(running, older!), false);
    assert.equal(await isOpen(running, link!), true);
    const set = await follow(running, second.url);
    assert.equal(set.headers.get("location"), "/sign-in?done=reset");
    assert.equal(await isOpen(running, link!), false);
    const changed = { ...user, password: NEW_PASSWORD };
    assert.equal((await browser(running).signIn(changed)).status, 303);

    const asked = await eventsOf(db, user.id, "authn_reset_requested");
    assert.deepEqual(
      asked.map(({ actorId, address, detail }) => [actorId, address, detail]),
      [[null, "cli", { by: "cli" }], [null, "cli", { by: "cli" }]],
    );
    const states = await rows<{ state: string }>(
      db,
      sql`select distinct state from mails where user_id = ${user.id} and kind = 'password_reset' and id <> ${mailed.mailId}`,
    );
    assert.deepEqual(states, [{ state: "dropped" }], "nothing is mailed");
  },
);

testOnEach(
  "no link for a disabled user, and none for nobody",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db, { disabled: true });
    const disabled = await commandJson(running, "reset-password", user.id);
    assert.deepEqual([disabled.code, disabled.reason], [1, "disabled"]);
    const nobody = await commandJson(running, "reset-password", uuidv7());
    assert.deepEqual([nobody.code, nobody.reason], [1, "not_found"]);
    const { code, out, err } = await command(running, "enable", "no.such");
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, /^There is no user/);
  },
);

testOnEach(
  "a printed link lets its user in past the app of a thief, also after a mailed one was used",
  async ({ db }) => {
    await noAdministrator(db);
    const running = program({ db });
    const user = await person(db, { permissions: ["administration"] });
    const thief = browser(running, { address: "203.0.113.9" });
    await thief.signIn(user);
    await enrolTotp(thief);
    const own = browser(running);
    await own.get(
      (await linkFor(running, user.id, "second_factor_changed")).path,
    );
    await own.post("/not-me", {});
    await own.get((await linkFor(running, user.id, "password_reset")).path);
    const mailed = { ...user, password: "nine larks over the hill" };
    await own.post("/password-reset", { newPassword: mailed.password });
    const asked = await browser(running).signIn(mailed);
    assert.match(asked.headers.get("location")!, /second-factor/);

    const printed = await commandJson(running, "reset-password", user.id);
    await follow(running, printed.url);
    const helped = browser(running);
    const opened = await helped.signIn({ ...user, password: NEW_PASSWORD });
    assert.equal(opened.headers.get("location"), "/");
    const asks = await helped.get("/");
    assert.equal(asks.headers.get("location"), "/account/authenticators");
  },
);

testOnEach(
  "a mailed link, which anybody can ask for, leaves the printed one; using either ends both",
  async ({ db }) => {
    const running = program({ db });
    const box = await mailbox(running);
    for (const use of ["mailed", "printed"]) {
      const user = await person(db);
      const printed = await commandJson(running, "reset-password", user.id);
      const stranger = browser(running, { address: "203.0.113.99" });
      await stranger.post("/password-resets/new", {
        identifier: user.username,
      });
      const [mail] = await box.to(user.email);
      const links = { mailed: linkIn(mail!), printed: pathOf(printed.url) };
      for (const path of Object.values(links)) {
        assert.ok(await isOpen(running, path));
      }
      await follow(running, ORIGIN + links[use as keyof typeof links]);
      assert.equal((await factorsOf(db, user.id)).resetLinks, 0);
    }
    await box.close();
  },
);
