import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { browser, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";

const isIn = async (visitor: ReturnType<typeof browser>) =>
  (await visitor.get("/account/sessions")).status === 200;

testOnEach(
  "one sees one's own sessions and ends one of them (ASVS 7.5.2)",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db);
    const here = browser(running);
    await here.signIn(user);
    const there = browser(running, { address: "203.0.113.5" });
    await there.signIn(user);
    const third = browser(running, { address: "203.0.113.6" });
    await third.signIn(user);

    const page = await (await here.get("/account/sessions")).text();
    assert.equal(page.match(/this one/g)?.length, 1);
    const row = page.split("<tr>").find((it) => it.includes("203.0.113.5"))!;
    const only = row.match(/name="only" value="([^"]+)"/)![1]!;
    const ended = await here.post("/account/sessions", { only });
    assert.match(await ended.text(), /1 session was ended/);
    assert.equal(await isIn(there), false);
    assert.equal(await isIn(third), true);

    const all = await here.post("/account/sessions", {}, { htmx: true });
    assert.match(await all.text(), /1 session was ended/);
    assert.equal(await isIn(third), false);
    assert.equal(await isIn(here), true);
  },
);

testOnEach(
  "nobody ends somebody else's session, or their own by this page",
  async ({ db }) => {
    const running = program({ db });
    const [user, other] = [await person(db), await person(db)];
    const [mine, theirs] = [browser(running), browser(running)];
    await mine.signIn(user);
    await theirs.signIn(other);
    for (const visitor of [mine, theirs]) {
      const only = visitor.cookies.get("passdesk-session")!.split(".")[0]!;
      const answer = await mine.post("/account/sessions", { only });
      assert.match(await answer.text(), /0 sessions were ended/);
      assert.equal(await isIn(visitor), true);
    }
  },
);

testOnEach(
  "ending sessions asks who sits there after ten minutes",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db);
    const here = browser(running);
    await here.signIn(user);
    await db.execute(
      sql`update sessions set checked_at = now() - interval '11 minutes' where user_id = ${user.id}`,
    );
    const refused = await here.post("/account/sessions", {});
    assert.equal(
      refused.headers.get("location"),
      "/account/check?next=%2Faccount%2Fsessions",
    );
    const smooth = await here.post("/account/sessions", {}, { htmx: true });
    assert.equal(
      smooth.headers.get("hx-redirect"),
      "/account/check?next=%2Faccount%2Fsessions",
    );
  },
);
