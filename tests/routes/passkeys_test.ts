import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { rows } from "../../db/client.ts";
import { insertPasskey, touchPasskey } from "../../db/passkeys.ts";
import { browser, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";

const BROKEN = [
  "",
  "x",
  "{}",
  "[]",
  "null",
  '{"id":"a","rawId":"a","type":"public-key","response":{},"clientExtensionResults":{}}',
  '{"id":"a","rawId":"a","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"oA"},"clientExtensionResults":{},"__proto__":{"admin":true}}',
];

testOnEach(
  "what no passkey has said signs nobody in and adds nothing (ASVS 2.2.1)",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db);
    const own = browser(running);
    await own.signIn(user);
    for (const response of BROKEN) {
      const stranger = browser(running);
      const signedIn = await stranger.post("/sign-in/passkey", { response }, {
        from: "/sign-in",
      });
      assert.equal(signedIn.status, 422, response);
      assert.ok(!stranger.cookies.has("passdesk-session"));
      const added = await own.post("/account/passkeys", {
        response,
        name: "x",
      }, { from: "/account/password" });
      assert.equal(added.status, 422, response);
    }
    const [{ kept }] = await rows<{ kept: number }>(
      db,
      sql`select count(*)::int as kept from passkeys where user_id = ${user.id}`,
    ) as [{ kept: number }];
    assert.equal(kept, 0);
  },
);

testOnEach(
  "each challenge is another one, kept as a hash, and asks for user verification",
  async ({ db }) => {
    const running = program({ db });
    const visitor = browser(running);
    const seen = new Set<string>();
    for (let n = 0; n < 3; n++) {
      const options = await (await visitor.post(
        "/sign-in/passkey/options",
        {},
        { from: "/sign-in" },
      )).json();
      assert.equal(options.userVerification, "required");
      assert.equal(options.rpId, "localhost");
      seen.add(options.challenge);
    }
    assert.equal(seen.size, 3);
    const kept = JSON.stringify(
      await db.execute(sql`select challenge_hash from passkey_challenges`),
    );
    for (const it of seen) assert.ok(!kept.includes(it));
  },
);

testOnEach(
  "nobody removes somebody else's passkey",
  async ({ db }) => {
    const running = program({ db });
    const [user, other] = [await person(db), await person(db)];
    await db.execute(
      sql`insert into passkeys (id, user_id, name, public_key, counter) values ('theirs', ${other.id}, 'Phone', 'AA', 0)`,
    );
    const own = browser(running);
    await own.signIn(user);
    await own.post("/account/passkeys/removal", { id: "theirs" }, {
      from: "/account/password",
    });
    const left = await rows(
      db,
      sql`select id from passkeys where id = 'theirs'`,
    );
    assert.equal(left.length, 1);
  },
);

testOnEach(
  "a count that does not grow is a copy's, except of those that never count (WebAuthn, 6.1.1)",
  async ({ db }) => {
    const user = await person(db);
    for (const counter of [5, 0]) {
      await insertPasskey(db, {
        id: `${counter}-${user.id}`,
        userId: user.id,
        name: "Phone",
        publicKey: "AA",
        counter,
        transports: [],
      });
    }
    const touch = (first: number, counter: number) =>
      touchPasskey(db, { id: `${first}-${user.id}`, counter });
    const answers = await Promise.all([touch(5, 6), touch(5, 6)]);
    assert.deepEqual(answers.sort(), [false, true]);
    assert.equal(await touch(5, 0), false);
    assert.equal(await touch(0, 0), true);
    assert.equal(await touch(0, 0), true);
  },
);
