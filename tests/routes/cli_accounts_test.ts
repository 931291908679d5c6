import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { insertApiToken } from "../../db/api_tokens.ts";
import type { Database } from "../../db/client.ts";
import { findUser } from "../../db/users.ts";
import { browser, program } from "../support/app.ts";
import {
  command,
  commandJson,
  follow,
  isOpen,
  noAdministrator,
} from "../support/cli.ts";
import { testOnEach } from "../support/database.ts";
import { linkFor } from "../support/mail.ts";
import { person } from "../support/people.ts";
import { eventsOf, passwordOf, sessionsOf } from "../support/rows.ts";

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

/** A token of somebody's, without the page that makes one. */
async function tokenOf(db: Database, ownerId: string, name: string) {
  const id = uuidv7();
  await insertApiToken(db, {
    id,
    ownerId,
    name,
    scopes: ["users:read"],
    secretHash: "x",
    expiresAt: new Date(Date.now() + 3_600_000),
  });
  return id;
}

testOnEach(
  "API tokens are listed, of all or of one, and one is revoked",
  async ({ db }) => {
    const running = program({ db });
    const [ann, bob] = [await person(db), await person(db)];
    const first = await tokenOf(db, ann.id, "nightly import");
    const second = await tokenOf(db, bob.id, "monitoring");
    const idsOf = async (...args: string[]) => {
      const { tokens } = await commandJson(running, "tokens", ...args);
      return (tokens as { id: string }[]).map((it) => it.id);
    };
    assert.deepEqual((await idsOf()).slice(0, 2), [second, first]);
    assert.deepEqual(await idsOf("--user", ann.username), [first]);
    const { out } = await command(running, "tokens", "--user", ann.id);
    assert.match(
      out,
      /^\S+ {2}person-\S+ {2}nightly import {2}users:read {2}until .*never used\n$/,
    );
    assert.doesNotMatch(
      JSON.stringify(await commandJson(running, "tokens")),
      /secret/i,
    );

    assert.equal((await command(running, "revoke-token", first)).code, 0);
    assert.deepEqual(await idsOf("--user", ann.username), []);
    for (const id of [first, "no-id"]) {
      const again = await commandJson(running, "revoke-token", id);
      assert.deepEqual([again.code, again.reason], [1, "not_found"]);
    }
    const [event] = await eventsOf(db, ann.id, "api_token_revoked");
    assert.deepEqual(event?.detail, {
      by: "cli",
      token: first,
      name: "nightly import",
    });
  },
);
