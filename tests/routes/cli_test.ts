import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { type Database, rows } from "../../db/client.ts";
import { insertMail } from "../../db/mails.ts";
import { findUser } from "../../db/users.ts";
import { COMMANDS } from "../../routes/cli/commands.ts";
import { browser, ORIGIN, type Program, program } from "../support/app.ts";
import { command, commandJson } from "../support/cli.ts";
import { testEmbedded, testOnEach } from "../support/database.ts";
import { linkFor } from "../support/mail.ts";
import { person } from "../support/people.ts";
import { asOwner, eventsOf, passwordOf, sessionsOf } from "../support/rows.ts";

const NEW_PASSWORD = "nineteen herons on a wire";

/** Nobody holds anything any more. */
async function noAdministrator(db: Database) {
  await db.execute(sql`delete from permissions`);
}

function pathOf(url: unknown): string {
  assert.ok(typeof url === "string" && url.startsWith(`${ORIGIN}/`));
  return url.slice(ORIGIN.length);
}

/** Sets a password by a printed link, as its user does. */
async function follow(running: Program, url: unknown) {
  const visitor = browser(running);
  await visitor.get(pathOf(url));
  return await visitor.post("/password-reset", { newPassword: NEW_PASSWORD });
}

async function isOpen(running: Program, path: string) {
  const visitor = browser(running);
  await visitor.get(path);
  const page = await (await visitor.get("/password-reset")).text();
  return page.includes('name="newPassword"');
}

async function lastCommand(db: Database) {
  const [event] = await rows<Record<string, unknown>>(
    db,
    sql`select actor_id, address, detail from audit_events where event = 'command_run' order by id desc limit 1`,
  );
  return event;
}

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
  "a permission is granted and taken as on the page: sessions end, the log says it was the command line",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db);
    await browser(running).signIn(user);
    const granted = await commandJson(
      running,
      "grant",
      user.username,
      "audit_log",
    );
    assert.equal(granted.sessionsEnded, 1);
    assert.equal((await sessionsOf(db, user.id)).length, 0);
    const again = await commandJson(running, "grant", user.id, "audit_log");
    assert.deepEqual([again.code, again.changed], [0, false]);
    const { code, out } = await command(
      running,
      "revoke",
      user.email!,
      "audit_log",
    );
    assert.equal(code, 0);
    assert.equal(out, `${user.name} now doesn't hold Audit log.\n`);
    assert.deepEqual((await findUser(db, user.id))?.permissions, []);
    const events = await eventsOf(db, user.id, "privilege_permissions_changed");
    assert.deepEqual(
      events.map(({ actorId, address, detail }) => [actorId, address, detail]),
      [
        [null, "cli", {
          by: "cli",
          granted: [],
          taken: ["audit_log"],
          sessions: 0,
        }],
        [null, "cli", {
          by: "cli",
          granted: ["audit_log"],
          taken: [],
          sessions: 1,
        }],
      ],
    );
  },
);

testOnEach(
  "the last administrator stays, for the operator too",
  async ({ db }) => {
    await noAdministrator(db);
    const running = program({ db });
    const last = await person(db, { permissions: ["administration"] });
    for (
      const args of [["revoke", last.id, "administration"], [
        "disable",
        last.id,
      ]]
    ) {
      const refused = await commandJson(running, ...args);
      assert.deepEqual([refused.code, refused.reason], [
        1,
        "last_administrator",
      ]);
    }
    const another = await person(db);
    await command(running, "grant", another.id, "administration");
    assert.equal(
      (await command(running, "revoke", last.id, "administration")).code,
      0,
    );
  },
);

testOnEach(
  "whose password a lesser one has set can't be granted more before it is replaced",
  async ({ db }) => {
    const running = program({ db });
    const desk = await person(db, { permissions: ["user_management"] });
    const user = await person(db);
    await db.execute(
      sql`update passwords set set_by = ${desk.id} where user_id = ${user.id}`,
    );
    const refused = await commandJson(running, "grant", user.id, "audit_log");
    assert.deepEqual([refused.code, refused.reason], [
      1,
      "password_known_to_others",
    ]);
    const { url } = await commandJson(running, "reset-password", user.id);
    await follow(running, url);
    assert.equal((await passwordOf(db, user.id))?.setBy, user.id);
    const granted = await command(running, "grant", user.id, "audit_log");
    assert.equal(granted.code, 0);
  },
);

testOnEach(
  "a user is disabled, with all sessions and links, and enabled again",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db);
    await browser(running).signIn(user);
    const { path } = await linkFor(running, user.id, "password_reset");
    const disabled = await commandJson(running, "disable", user.username);
    assert.deepEqual([disabled.changed, disabled.sessionsEnded], [true, 1]);
    assert.equal((await browser(running).signIn(user)).status, 422);
    assert.equal(
      (await commandJson(running, "disable", user.username)).changed,
      false,
    );
    await command(running, "enable", user.username);
    assert.equal((await browser(running).signIn(user)).status, 303);
    assert.equal(await isOpen(running, path), false);
    const [event] = await eventsOf(db, user.id, "user_disabled");
    assert.deepEqual(event?.detail, { by: "cli", sessions: 1 });
  },
);

testOnEach(
  "the audit log is sealed and verified, and a difference ends with 3",
  async ({ db }) => {
    const running = program({ db });
    await asOwner(db, sql`delete from audit_events`); // of the tests before this one
    const nothing = await commandJson(running, "verify-audit");
    assert.deepEqual([nothing.code, nothing.reason], [1, "nothing_sealed"]);
    const id = uuidv7({ msecs: Date.now() - 3_600_000 });
    await db.execute(sql`
      insert into audit_events (id, event, address, request_id) values (${id}, 'user_created', '192.0.2.1', 'r')`);
    const sealed = await commandJson(running, "seal-audit");
    assert.deepEqual([sealed.code, sealed.events], [0, 1]);
    const verified = await commandJson(running, "verify-audit");
    assert.deepEqual([verified.code, verified.seal], [0, sealed.seal]);
    const kept = await command(
      running,
      "verify-audit",
      "--kept",
      sealed.seal as string,
    );
    assert.equal(kept.code, 0);
    assert.match(kept.out, /^Verified: 1 events in 1 seals/);
    const other = await commandJson(running, "verify-audit", "--kept=x.y");
    assert.deepEqual([other.code, other.reason], [3, "kept_seal_missing"]);

    await asOwner(
      db,
      sql`update audit_events set address = '192.0.2.2' where id = ${id}`,
    );
    const differs = await commandJson(running, "verify-audit");
    assert.equal(differs.code, 3);
    assert.deepEqual([differs.reason, differs.what], ["differs", "changed"]);
    assert.match(differs.message as string, /1 were sealed, 1 are there/);
    const event = await lastCommand(db);
    assert.equal((event?.detail as { verified: boolean }).verified, false);
  },
);

testEmbedded(
  "wrong use ends with 2 and says what is wrong, before the database is opened",
  async ({ db }) => {
    const { services } = program({ db });
    const closed = {
      get services(): typeof services {
        throw new Error("it was opened");
      },
    };
    for (
      const [args, complaint] of [
        [["grnt", "ann"], /no command "grnt"/],
        [["toString"], /no command "toString"/],
        [["grant", "ann"], /it takes USER PERMISSION\. Use: .* grant USER/],
        [["setup", "--force"], /Unknown option '--force'/],
        [["verify-audit", "--kept"], /--kept <value>' argument missing/],
        [["create-administrator", "--name", "A"], /--username USERNAME is/],
      ] as const
    ) {
      const { code, out, err } = await command(closed, ...args);
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, complaint);
    }
    const json = await commandJson(closed, "grnt");
    assert.deepEqual([json.code, json.ok, json.reason], [
      2,
      false,
      "wrong_use",
    ]);
    const permission = await command({ services }, "grant", "ann", "root");
    assert.equal(permission.code, 2);
    assert.match(permission.err, /one of user_management, audit_log/);
  },
);

testEmbedded("the help and the README name every command", async () => {
  const running = program({ db: undefined as unknown as Database });
  const { code, out } = await command(running, "help");
  const readme = await Deno.readTextFile(
    new URL("../../README.md", import.meta.url),
  );
  assert.equal(code, 0);
  for (const name of Object.keys(COMMANDS)) {
    assert.ok(out.includes(`  ${name}`), name);
    assert.match(readme, new RegExp(`^\\| .*\`${name}[ \`]`, "m"));
  }
  assert.equal((await command(running)).out, out);
});
