import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { type Connection, rows } from "../../db/client.ts";
import { findUser } from "../../db/users.ts";
import { type Browser, browser, hidden, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { linkIn, mailbox } from "../support/mail.ts";
import { person } from "../support/people.ts";
import { eventsOf } from "../support/rows.ts";
import { codeOf, enrolTotp } from "../support/totp.ts";

/** A program whose mail is read, and nobody else's waits. */
async function site(
  { db }: Connection,
  environment: Record<string, string> = {},
) {
  await db.execute(sql`delete from mails`);
  await db.execute(sql`delete from rate_limits`);
  const running = program({ db }, environment);
  return { running, mails: await mailbox(running) };
}

const isIn = async (visitor: Browser) =>
  (await visitor.get("/account/password")).status === 200;

testOnEach(
  "a freeze leaves no factor that counts, whenever it was added",
  async (connection) => {
    const { db } = connection;
    const { running, mails } = await site(connection);
    const user = await person(db);
    const thief = browser(running);
    await thief.signIn(user);
    await enrolTotp(thief);
    await db.execute(
      sql`insert into passkeys (id, user_id, name, public_key, counter) values (${`k-${user.id}`}, ${user.id}, 'Mine', 'AA', 0)`,
    );
    const [notice] = await mails.to(user.email);
    assert.equal(notice?.subject, "Your second factor");
    const owner = browser(running);
    await owner.get(linkIn(notice));
    await owner.post("/not-me", {});
    assert.equal((await findUser(db, user.id))?.secondFactor, false);
    await mails.close();
  },
);

testOnEach(
  "an expired password is no current password either",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db, { temporary: true });
    const visitor = browser(running);
    await visitor.signIn(user);
    await db.execute(
      sql`update passwords set expires_at = now() - interval '1 minute' where user_id = ${user.id}`,
    );
    const refused = await visitor.post("/account/password", {
      currentPassword: user.password,
      newPassword: "nine owls under the roof",
    });
    assert.equal(refused.status, 422);
  },
);

testOnEach(
  "resets give no further tries at a second factor, and count themselves (ASVS 6.6.3)",
  async (connection) => {
    const { db } = connection;
    const { running, mails } = await site(connection, {
      RESET_REQUESTS: "2",
      SECOND_FACTOR_ATTEMPTS: "2",
    });
    const user = await person(db);
    const own = browser(running);
    await own.signIn(user);
    const { secret } = await enrolTotp(own);
    const thief = browser(running, { address: "203.0.113.4" });
    let password = user.password;
    for (let round = 0; round < 4; round++) {
      await thief.signIn({ ...user, password });
      await thief.post("/sign-in/second-factor", { code: "000000" });
      await thief.post("/password-resets/new", { identifier: user.username });
      const reset = (await mails.to(user.email)).findLast((it) =>
        it.subject === "Reset your password"
      );
      await thief.get(linkIn(reset!));
      const next = `seven larks and ${round} owls`;
      const set = await thief.post("/password-reset", { newPassword: next }, {
        from: "/sign-in",
      });
      if (set.status === 303) password = next;
    }
    const sent = (await mails.to(user.email)).filter((it) =>
      it.subject === "Reset your password"
    );
    assert.equal(sent.length, 2);
    await thief.signIn({ ...user, password });
    const judged = await thief.post("/sign-in/second-factor", {
      code: codeOf(secret),
    });
    assert.equal(judged.status, 429);
    await mails.close();
  },
);

testOnEach(
  "of several links sent at once the last one works",
  async (connection) => {
    const { db } = connection;
    const { running, mails } = await site(connection);
    const user = await person(db);
    for (let n = 0; n < 3; n++) {
      await browser(running).post("/password-resets/new", {
        identifier: user.username,
      });
    }
    const links = (await mails.to(user.email)).map(linkIn).sort();
    assert.equal(links.length, 3);
    const open = [];
    for (const link of links) {
      const visitor = browser(running);
      await visitor.get(link);
      open.push((await visitor.get("/password-reset")).status);
    }
    assert.deepEqual(open, [403, 403, 200]);
    await mails.close();
  },
);

/** Staff and somebody whose address they change. */
async function desk(connection: Connection) {
  const { running, mails } = await site(connection);
  const { db } = connection;
  const user = await person(db);
  const staff = browser(running);
  await staff.signIn(await person(db, { permissions: ["user_management"] }));
  const path = `/users/${user.id}/edit`;
  const change = async (email: string) =>
    await staff.post(path, {
      version: hidden(await (await staff.get(path)).text(), "version"),
      name: user.name,
      username: user.username,
      email,
    });
  const stored = async () => (await findUser(db, user.id))!;
  return { running, mails, user, staff, change, stored };
}

const confirm = async (
  running: Parameters<typeof browser>[0],
  link: string,
) => {
  const visitor = browser(running);
  await visitor.get(link);
  return await visitor.post("/email-confirmation", {}, { from: "/sign-in" });
};

testOnEach(
  "a confirmation is of one address: another one that waits by now is not confirmed by it",
  async (connection) => {
    const { running, mails, user, change, stored } = await desk(connection);
    const [first, second] = [`a-${user.email}`, `b-${user.email}`];
    await change(first);
    await change(second); // before the first one's mail went out
    assert.equal((await mails.to(second)).length, 1);
    assert.deepEqual(await mails.to(first), []);
    await change(first);
    const [mail] = await mails.to(first);
    await connection.db.execute(
      sql`update email_changes set email = ${second} where user_id = ${user.id}`,
    );
    assert.equal((await confirm(running, linkIn(mail!))).status, 403);
    assert.equal((await stored()).email, user.email);
    await mails.close();
  },
);

testOnEach(
  "saving the old address withdraws the new one, saving the form as it is does not",
  async (connection) => {
    const { running, mails, user, change, stored } = await desk(connection);
    const wrong = `typo-${user.email}`;
    await change(wrong);
    await change(wrong);
    assert.equal((await stored()).pendingEmail, wrong);
    const [mail] = await mails.to(wrong);
    await change(user.email!);
    assert.equal((await stored()).pendingEmail, null);
    assert.equal((await confirm(running, linkIn(mail!))).status, 403);
    assert.equal((await stored()).email, user.email);
    await mails.close();
  },
);

testOnEach(
  "disabling somebody for a moment skips no confirmation, and ends the links to the mailbox",
  async (connection) => {
    const { running, mails, user, staff, change, stored } = await desk(
      connection,
    );
    await browser(running).post("/password-resets/new", {
      identifier: user.username,
    });
    const [reset] = await mails.to(user.email);
    const disable = (disabled: string) =>
      staff.post(`/users/${user.id}/disablement`, { disabled });
    await disable("yes");
    await change(`evil-${user.email}`);
    await disable("no");
    assert.equal((await stored()).email, user.email);
    const visitor = browser(running);
    await visitor.get(linkIn(reset!));
    assert.equal((await visitor.get("/password-reset")).status, 403);
    await mails.close();
  },
);

testOnEach(
  "an address that waits is not confirmed once its owner has gained a permission",
  async (connection) => {
    const { running, mails, user, change, stored } = await desk(connection);
    const wanted = `mine-${user.email}`;
    await change(wanted);
    const [mail] = await mails.to(wanted);
    const admin = browser(running);
    await admin.signIn(
      await person(connection.db, { permissions: ["administration"] }),
    );
    const path = `/users/${user.id}/permissions`;
    const html = await (await admin.get(path)).text();
    const seen = Object.fromEntries(
      [...html.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)]
        .map(([, name, value]) => [name!, value!]),
    );
    await admin.post(path, { ...seen, administration: "yes" });
    assert.deepEqual((await stored()).permissions, ["administration"]);
    assert.equal((await confirm(running, linkIn(mail!))).status, 403);
    assert.equal((await stored()).email, user.email);
    await mails.close();
  },
);

testOnEach(
  "a link tells of ten passwords whether they were used before, and leaves a trace",
  async (connection) => {
    const { db } = connection;
    const { running, mails } = await site(connection);
    const user = await person(db);
    const thief = browser(running);
    await thief.post("/password-resets/new", { identifier: user.username });
    const [reset] = await mails.to(user.email);
    await thief.get(linkIn(reset!));
    const guess = (newPassword: string) =>
      thief.post("/password-reset", { newPassword });
    assert.equal((await guess(user.password)).status, 422);
    const [event] = await eventsOf(db, user.id, "authn_password_change_fail");
    assert.equal(event?.detail.why, "reused");
    for (let n = 0; n < 9; n++) await guess("short");
    const throttled = await guess("eleven larks in the loft");
    assert.equal(throttled.status, 429);
    await mails.close();
  },
);

testOnEach(
  "codes are hashed for nobody who may not have them (ASVS 15.2.2)",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db);
    const visitor = browser(running);
    await visitor.signIn(user);
    let hashed = 0;
    const { hash, hashLike } = running.services.hasher;
    running.services.hasher.hash = (it) => (hashed++, hash(it));
    running.services.hasher.hashLike = (...it) => (hashed++, hashLike(...it));
    await visitor.post("/account/recovery-codes", {}, {
      from: "/account/password",
    });
    assert.equal(hashed, 0);
    Object.assign(running.services.hasher, { hash, hashLike });
  },
);

testOnEach(
  "no id of a passkey brings a 500, and none removes nothing (ASVS 2.2.1)",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db);
    await db.execute(
      sql`insert into passkeys (id, user_id, name, public_key, counter) values (${`z-${user.id}`}, ${user.id}, 'Mine', 'AA', 0)`,
    );
    const stranger = browser(running);
    const response = JSON.stringify({
      id: "a\0",
      rawId: "a\0",
      type: "public-key",
      response: { clientDataJSON: "e30" },
      clientExtensionResults: {},
    });
    const answer = await stranger.post("/sign-in/passkey", { response }, {
      from: "/sign-in",
    });
    assert.equal(answer.status, 422);
    await db.execute(sql`delete from passkeys where user_id = ${user.id}`);
    const own = browser(running);
    await own.signIn(user);
    await db.execute(
      sql`insert into passkeys (id, user_id, name, public_key, counter) values (${`z-${user.id}`}, ${user.id}, 'Mine', 'AA', 0)`,
    );
    for (const id of ["", "\0", "a b"]) {
      const refused = await own.post("/account/passkeys/removal", { id }, {
        from: "/help",
      });
      assert.equal(refused.status, 400);
    }
    const left = await rows(
      db,
      sql`select id from passkeys where user_id = ${user.id}`,
    );
    assert.equal(left.length, 1);
    assert.equal(await isIn(own), true);
  },
);

testOnEach(
  "whoever has not proved lately who sits there is not shown an app's secret",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db);
    const visitor = browser(running);
    await visitor.signIn(user);
    await visitor.post("/account/totp", {}, { from: "/account/password" });
    assert.match(
      await (await visitor.get("/account/totp")).text(),
      /class="key"/,
    );
    await db.execute(
      sql`update sessions set checked_at = now() - interval '11 minutes' where user_id = ${user.id}`,
    );
    assert.equal((await visitor.get("/account/totp")).status, 303);
  },
);

testOnEach(
  "removing an app that never counted is no removal of a factor",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db);
    const [here, there] = [browser(running), browser(running)];
    await here.signIn(user);
    await there.signIn(user);
    await here.post("/account/totp", {}, { from: "/account/password" });
    await here.post("/account/totp/removal", {});
    assert.deepEqual(await eventsOf(db, user.id, "second_factor_removed"), []);
    assert.equal(await isIn(there), true);
  },
);
