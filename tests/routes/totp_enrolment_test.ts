import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { type Browser, browser, program } from "../support/app.ts";
import { factorsOf } from "../support/authenticators.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { codeOf } from "../support/totp.ts";

const PAGE = "/account/totp";

async function begin(visitor: Browser) {
  await visitor.post(PAGE, {}, { from: "/account/password" });
}

/** The key that the page shows; undefined where it leads back to the account. */
async function shownKey(visitor: Browser): Promise<string | undefined> {
  const page = await visitor.get(PAGE);
  if (page.status !== 200) {
    assert.equal(page.headers.get("location"), "/account/password");
  }
  return (await page.text()).match(/<code class="key">([A-Z2-7 ]+)<\/code>/)
    ?.[1]?.replaceAll(" ", "");
}

async function confirm(visitor: Browser, secret: string) {
  return await visitor.post(`${PAGE}/confirmation`, {
    code: codeOf(secret, 0),
  }, { from: "/account/password" });
}

testOnEach(
  "the key of an app is shown to the session that began to add it, and confirmed by no other",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db);
    const own = browser(running);
    const other = browser(running, { address: "203.0.113.9" });
    await own.signIn(user);
    await other.signIn(user);
    await begin(own);
    const key = (await shownKey(own))!;
    assert.ok(key);
    assert.equal(await shownKey(other), undefined);
    const refused = await confirm(other, key);
    assert.equal(refused.headers.get("location"), "/account/password");
    assert.equal((await factorsOf(db, user.id)).app, false);
    assert.equal((await confirm(own, key)).status, 200);
    await other.signIn(user);
    const code = codeOf(key, 1);
    const done = await other.post("/sign-in/second-factor", { code });
    assert.equal(done.status, 303); // the app still opens once its secret is kept for the user
    assert.equal((await factorsOf(db, user.id)).app, true);
  },
);

testOnEach(
  "an app that another session began is not completed, but replaced",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db);
    const other = browser(running, { address: "203.0.113.9" });
    await other.signIn(user);
    await begin(other);
    const planted = (await shownKey(other))!;
    const own = browser(running);
    await own.signIn(user);
    assert.equal(await shownKey(own), undefined);
    await begin(own);
    const key = (await shownKey(own))!;
    assert.notEqual(key, planted);
    assert.equal(await shownKey(other), undefined);
    assert.equal((await confirm(own, planted)).status, 422);
    assert.equal((await confirm(own, key)).status, 200);
  },
);

testOnEach(
  "adding an app goes on after the password was asked for again (ASVS 7.5.1)",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db);
    const own = browser(running);
    await own.signIn(user);
    await begin(own);
    const key = (await shownKey(own))!;
    await db.execute(
      sql`update sessions set checked_at = now() - interval '11 minutes' where user_id = ${user.id}`,
    );
    assert.equal(await shownKey(own), undefined);
    await own.post("/account/check", { password: user.password });
    assert.equal(await shownKey(own), key);
    assert.equal((await confirm(own, key)).status, 200);
  },
);
