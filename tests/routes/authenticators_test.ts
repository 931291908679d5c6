import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { type Connection, rows } from "../../db/client.ts";
import { ORIGIN } from "../support/app.ts";
import { apiClient, apiToken } from "../support/api.ts";
import { factorsOf, plantPasskey } from "../support/authenticators.ts";
import { type Browser, browser, program } from "../support/app.ts";
import { command, commandJson, follow, NEW_PASSWORD } from "../support/cli.ts";
import { testOnEach } from "../support/database.ts";
import { linkFor } from "../support/mail.ts";
import { type Person, person } from "../support/people.ts";
import { eventsOf } from "../support/rows.ts";
import { codeOf, enrolTotp } from "../support/totp.ts";

const CONFIRMATION = "/account/authenticators";
const [ONE, TWO, THREE] = [
  "nine larks over the hill",
  "ten larks over the hill",
  "eleven larks over the hill",
];

/** Somebody with an app, whom the operator has granted a permission since. */
async function granted({ db }: Connection) {
  const running = program({ db });
  const user = await person(db);
  const own = browser(running);
  await own.signIn(user);
  const { secret, recoveryCodes } = await enrolTotp(own);
  const { text: token } = await apiToken(db, { ownerId: user.id });
  const said = await command(running, "grant", user.username, "audit_log");
  assert.equal(said.code, 0);
  return { running, user, own, secret, recoveryCodes, token };
}

/** Both steps of signing in. */
async function signIn(visitor: Browser, user: Person, secret: string) {
  const first = await visitor.signIn(user);
  assert.match(first.headers.get("location")!, /^\/sign-in\/second-factor/);
  return await visitor.post("/sign-in/second-factor", { code: codeOf(secret) });
}

async function reset(
  running: ReturnType<typeof program>,
  user: Person,
  newPassword: string,
  more: Record<string, string> = {},
) {
  const visitor = browser(running);
  await visitor.get((await linkFor(running, user.id, "password_reset")).path);
  const page = await (await visitor.get("/password-reset")).text();
  const saved = await visitor.post("/password-reset", { newPassword, ...more });
  assert.equal(saved.headers.get("location"), "/sign-in?done=reset");
  return { visitor, page };
}

testOnEach(
  "a gained permission: the app is still asked for, and leads to nothing but its confirmation",
  async (connection) => {
    const { db } = connection;
    const { running, user, secret, token } = await granted(connection);
    const asProgram = apiClient(running, token);
    const refused = await asProgram("GET", "/me");
    assert.deepEqual([refused.status, refused.problem], [
      403,
      "owner-must-confirm",
    ]);

    const own = browser(running);
    const signedIn = await signIn(own, user, secret);
    assert.equal(signedIn.headers.get("location"), "/");
    for (const path of ["/", "/audit", "/account/password", "/help"]) {
      const away = await own.get(path);
      assert.equal(away.headers.get("location"), CONFIRMATION, path);
    }
    for (
      const path of [
        "/account/recovery-codes",
        "/account/totp/removal",
        "/account/passkeys/options",
      ]
    ) {
      const away = await own.post(path, {}, { from: CONFIRMATION });
      assert.equal(away.headers.get("location"), CONFIRMATION, path);
    }
    const cookie = [...own.cookies].map(([name, it]) => `${name}=${it}`);
    const api = await running.app.request(`${ORIGIN}/api/v1/me`, {
      headers: { cookie: cookie.join("; ") },
    }, { address: "192.0.2.7" });
    assert.equal(api.status, 403);

    const page = await (await own.get(CONFIRMATION)).text();
    assert.match(page, /Keep the authenticator app/);
    assert.match(page, /from 192\.0\.2\.7/);
    assert.ok(!page.includes("checked"), "nothing is ticked beforehand");
    const kept = await own.post(CONFIRMATION, { "keep.app": "yes" });
    const codes = [
      ...(await kept.text()).matchAll(/<code>([A-Z2-9-]{11})<\/code>/g),
    ].map((it) => it[1]!);
    assert.equal(codes.length, 10);
    const { app, codes: left, suspended } = await factorsOf(db, user.id);
    assert.deepEqual([app, left, suspended], [true, 10, null]);
    assert.equal((await own.get("/audit")).status, 200);
    assert.equal((await asProgram("GET", "/me")).status, 200);
    const [event] = await eventsOf(db, user.id, "authenticators_confirmed");
    assert.equal(event?.detail.why, "permission_gained");
    const again = await own.post(CONFIRMATION, {}, { from: "/help" });
    assert.equal(again.headers.get("location"), "/?continue=yes");
    assert.ok(
      (await factorsOf(db, user.id)).app,
      "the form twice ends nothing",
    );
  },
);

testOnEach(
  "what the holder doesn't tick ends, with the recovery codes, and the user is told",
  async (connection) => {
    const { db } = connection;
    const { running, user, recoveryCodes } = await granted(connection);
    await db.execute(sql`delete from mails where user_id = ${user.id}`);
    const own = browser(running);
    await own.signIn(user);
    const code = recoveryCodes[0]!;
    await own.post("/sign-in/second-factor", { code });
    const saved = await own.post(CONFIRMATION, { "keep.passkey": "yes" });
    assert.equal(saved.headers.get("location"), "/?continue=yes");
    const { app, codes, suspended } = await factorsOf(db, user.id);
    assert.deepEqual([app, codes, suspended], [false, 0, null]);
    const told = await rows<{ what: string }>(
      db,
      sql`select facts->>'what' as what from mails where user_id = ${user.id} and kind = 'second_factor_changed'`,
    );
    assert.deepEqual(told.map((it) => it.what).sort(), [
      "authenticators_confirmed",
      "recovery_code_used",
    ]);
  },
);

testOnEach(
  "a confirmation asks for the password again after ten minutes (ASVS 7.5.1)",
  async (connection) => {
    const { db } = connection;
    const { running, user, secret } = await granted(connection);
    const own = browser(running);
    await signIn(own, user, secret);
    await db.execute(
      sql`update sessions set checked_at = now() - interval '11 minutes' where user_id = ${user.id}`,
    );
    const away = await own.post(CONFIRMATION, { "keep.app": "yes" });
    const check = away.headers.get("location")!;
    assert.match(check, /^\/account\/check\?next=/);
    const page = await (await own.get(check)).text();
    assert.ok(!page.includes("Use a passkey"));
    await own.post("/account/check", {
      password: user.password,
      next: CONFIRMATION,
    }, { from: check });
    const kept = await own.post(CONFIRMATION, { "keep.app": "yes" });
    assert.equal(kept.status, 200);
  },
);

testOnEach(
  "who set a temporary password may replace it too: what was added under either ends, until a link is used",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db);
    const staff = await person(db, { permissions: ["user_management"] });
    const desk = browser(running);
    await desk.signIn(staff);
    const form = await (await desk.get(`/users/${user.id}/password`)).text();
    const hidden = Object.fromEntries(
      [...form.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)]
        .map((it) => [it[1]!, it[2]!]),
    );
    await desk.post(`/users/${user.id}/password`, {
      ...hidden,
      newPassword: ONE!,
      reason: "no_mailbox",
      temporary: "yes",
    });
    assert.ok((await factorsOf(db, user.id)).knownToOthers);

    const thief = browser(running);
    await thief.signIn({ ...user, password: ONE! });
    await thief.post("/account/password", {
      currentPassword: ONE!,
      newPassword: TWO!,
    });
    await enrolTotp(thief);
    await plantPasskey(db, { userId: user.id, name: "Planted" });
    const page = await (await thief.get("/account/password")).text();
    assert.match(page, /Keep the passkey.*Planted/s);
    assert.match(page, /Keep the authenticator app/);
    assert.match(page, /Keep the recovery codes/);
    // A refused change keeps the ticks, and ends nothing.
    const wrong = await thief.post("/account/password", {
      currentPassword: "wrong",
      newPassword: THREE!,
      "keep.app": "yes",
    });
    assert.match(await wrong.text(), /name="keep\.app"[^>]* checked/);
    assert.deepEqual((await factorsOf(db, user.id)).passkeys, ["Planted"]);
    const changed = await thief.post("/account/password", {
      currentPassword: TWO!,
      newPassword: THREE!,
      "keep.app": "yes",
    });
    assert.equal(changed.status, 200);
    const after = await factorsOf(db, user.id);
    assert.deepEqual(
      [after.passkeys, after.app, after.codes, after.knownToOthers],
      [[], true, 0, true],
    );
    // The app was "kept" by whoever typed the password. The link's owner decides anew.
    const { page: listed } = await reset(running, user, ONE + "!");
    assert.match(listed, /Keep the authenticator app/);
    const now = await factorsOf(db, user.id);
    assert.deepEqual(
      [now.app, now.suspended, now.knownToOthers],
      [true, "password_reset", false],
    );
    const [mail] = await rows<{ factors: string }>(
      db,
      sql`select facts->>'factors' as factors from mails
        where user_id = ${user.id} and kind = 'password_changed' order by id desc limit 1`,
    );
    assert.equal(mail?.factors, "suspended");
  },
);

testOnEach(
  "a mailbox alone takes no second factor away: not by a link, nor by a freeze and a link (ASVS 6.4.3)",
  async (connection) => {
    const { db } = connection;
    await db.execute(sql`delete from permissions`);
    const running = program({ db });
    const admin = await person(db, { permissions: ["administration"] });
    await db.execute(
      sql`update passwords set known_to_others_since = now() - interval '1 year' where user_id = ${admin.id}`,
    );
    const own = browser(running);
    await own.signIn(admin);
    const { secret } = await enrolTotp(own);
    await reset(running, admin, ONE!);
    const mailThief = browser(running);
    const asked = await mailThief.signIn({ ...admin, password: ONE! });
    assert.match(asked.headers.get("location")!, /second-factor/);

    const notice = await linkFor(running, admin.id, "new_device");
    await mailThief.get(notice.path);
    await mailThief.post("/not-me", {}); // the last administrator's account stays enabled
    assert.equal((await factorsOf(db, admin.id)).suspended, "frozen");
    await reset(running, admin, TWO!);
    const still = await mailThief.signIn({ ...admin, password: TWO! });
    assert.match(still.headers.get("location")!, /second-factor/);

    // A link that the operator prints does without, for whose only factor is a thief's.
    const again = await linkFor(running, admin.id, "new_device");
    await mailThief.get(again.path);
    await mailThief.post("/not-me", {});
    const printed = await commandJson(
      running,
      "reset-password",
      admin.username,
    );
    await follow(running, printed.url);
    const helped = browser(running);
    const opened = await helped.signIn({ ...admin, password: NEW_PASSWORD });
    assert.equal(opened.headers.get("location"), "/");
    const asks = await helped.get("/");
    assert.equal(asks.headers.get("location"), CONFIRMATION);

    await reset(running, admin, THREE!);
    const back = browser(running);
    await signIn(back, { ...admin, password: THREE! }, secret);
    const page = await (await back.get(CONFIRMATION)).text();
    assert.match(page, /Keep the authenticator app/);
    await back.post(CONFIRMATION, { "keep.app": "yes" });
    assert.equal((await back.get("/users")).status, 200);
  },
);

testOnEach(
  "after a freeze the thief's app is not asked for, and the user's own factor is a matter of choice",
  async ({ db }) => {
    const running = program({ db }, { REQUIRE_2FA: "all" });
    const user = await person(db);
    const thief = browser(running);
    await thief.signIn(user);
    await enrolTotp(thief);
    const owner = browser(running);
    await owner.get((await linkFor(running, user.id, "new_device")).path);
    await owner.post("/not-me", {});
    assert.equal((await factorsOf(db, user.id)).codes, 0);
    await db.execute(
      sql`update reports set closed_at = now() where user_id = ${user.id}`,
    );
    await command(running, "enable", user.username);
    await db.execute( // as staff set a temporary one
      sql`update passwords set expires_at = now() + interval '1 hour' where user_id = ${user.id}`,
    );
    const signedIn = await owner.signIn(user);
    assert.equal(signedIn.headers.get("location"), "/account/password");
    const away = await owner.get(CONFIRMATION);
    assert.equal(away.headers.get("location"), "/account/password");
    await owner.post("/account/password", {
      currentPassword: user.password,
      newPassword: THREE!,
    });
    const next = await owner.get("/");
    assert.equal(next.headers.get("location"), CONFIRMATION);
    await owner.post(CONFIRMATION, {});
    const { app, suspended } = await factorsOf(db, user.id);
    assert.deepEqual([app, suspended], [false, null]);
    const enrol = await owner.get("/");
    assert.equal(enrol.headers.get("location"), "/account/password");
    assert.match(
      await (await owner.get("/account/password")).text(),
      /must have a second factor/,
    );
  },
);
