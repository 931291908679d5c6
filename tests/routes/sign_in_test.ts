import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { rows } from "../../db/client.ts";
import { rateLimits, sessions } from "../../db/schema.ts";
import { createPasswordHasher } from "../../services/password_hash.ts";
import { storePassword } from "../../services/password_store.ts";
import { browser, ORIGIN, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { hasher, person } from "../support/people.ts";
import { eventsOf, passwordOf, sessionsOf } from "../support/rows.ts";

testOnEach(
  "username or email signs in, whatever their case, and leads to the page that was asked for",
  async (connection) => {
    const running = program(connection);
    const user = await person(connection.db, {
      permissions: ["user_management"],
    });
    for (
      const identifier of [user.username.toUpperCase(), ` ${user.email!} `]
    ) {
      const visitor = browser(running);
      const asked = await visitor.get("/users?query=anna");
      const page = asked.headers.get("location")!;
      assert.equal(page, "/sign-in?next=%2Fusers%3Fquery%3Danna");
      const html = await (await visitor.get(page)).text();
      const response = await visitor.post("/sign-in", {
        identifier,
        password: user.password,
        next: html.match(/name="next" value="([^"]*)"/)![1]!,
      }, { from: page });
      assert.equal(response.headers.get("location"), "/users?query=anna");
    }
  },
);

testOnEach(
  "the cookie is HttpOnly, SameSite, without Domain, and __Host- with Secure over https (ASVS 3.3.1 to 3.3.4)",
  async (connection) => {
    const user = await person(connection.db);
    const plain = await browser(program(connection)).signIn(user);
    assert.match(
      plain.headers.getSetCookie().join("\n"),
      /^passdesk-session=[0-9a-f-]{36}\.[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/m,
    );
    const origin = "https://desk.example.org";
    const secure = await browser(
      program(connection, { PUBLIC_URL: origin }),
      { origin },
    ).signIn(user);
    assert.match(
      secure.headers.getSetCookie().join("\n"),
      /^__Host-session=[0-9a-f-]{36}\.[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/m,
    );
    assert.match(
      secure.headers.get("strict-transport-security")!,
      /max-age=63072000/,
    );
  },
);

testOnEach(
  "unknown, wrong, disabled, expired: one answer (ASVS 6.3.8, CS-AUTH-1)",
  async (connection) => {
    const { db } = connection;
    const running = program(connection);
    const user = await person(db);
    const disabled = await person(db, { disabled: true });
    const expired = await person(db, {
      temporary: true,
      expiresAt: new Date(0),
    });
    const answers = [];
    for (
      const [username, password] of [
        ["nobody.here", "wrong password"],
        [user.username, "wrong password"],
        [disabled.username, disabled.password],
        [expired.username, expired.password],
        [user.username, ""],
        ["", ""],
      ]
    ) {
      const response = await browser(running).signIn({
        ...user,
        username: username!,
        password: password!,
      });
      assert.equal(response.status, 422);
      const html = (await response.text())
        .replace(/name="identifier"[^>]*/, "").replace(
          /name="password"[^>]*/,
          "",
        )
        .replace(/value="[^"]*"/g, "").replace(/nonce="[^"]*"/g, "");
      answers.push(html);
      assert.equal(
        response.headers.getSetCookie().some((it) => /session=/.test(it)),
        false,
      );
    }
    assert.equal(new Set(answers).size, 1);
    assert.equal(
      (await eventsOf(db, disabled.id, "authn_login_fail")).length,
      1,
    );
  },
);

testOnEach(
  "each sign-in is a new session; the browser's old one ends (ASVS 7.2.4)",
  async (connection) => {
    const { db } = connection;
    const running = program(connection);
    const user = await person(db);
    const visitor = browser(running);
    visitor.cookies.set(
      "passdesk-session",
      "00000000-0000-7000-8000-000000000000." + "a".repeat(43),
    );
    await visitor.signIn(user);
    const first = visitor.cookies.get("passdesk-session")!;
    assert.ok(!first.startsWith("00000000"));
    assert.equal((await sessionsOf(db, user.id)).length, 1);

    const page = await (await visitor.get("/help")).text();
    const csrf = page.match(/name="csrf" value="([^"]*)"/)![1]!;
    const again = await visitor.send("POST", "/sign-in", {
      body: new URLSearchParams({
        csrf,
        identifier: user.username,
        password: user.password,
      }).toString(),
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    });
    assert.equal(again.status, 303);
    assert.notEqual(visitor.cookies.get("passdesk-session"), first);
    assert.equal((await sessionsOf(db, user.id)).length, 1);
  },
);

testOnEach(
  "the database holds no usable session token (ASVS 7.2.3)",
  async (connection) => {
    const { db } = connection;
    const user = await person(db);
    const visitor = browser(program(connection));
    await visitor.signIn(user);
    const [id, secret] = visitor.cookies.get("passdesk-session")!.split(".");
    const [row] = await sessionsOf(db, user.id);
    assert.equal(row?.id, id);
    assert.ok(!JSON.stringify(row).includes(secret!));
  },
);

testOnEach(
  "an idle session ends, and so does a busy one after its hours (ASVS 7.3.1, 7.3.2)",
  async (connection) => {
    const { db } = connection;
    const user = await person(db);
    const visitor = browser(program(connection));
    for (
      const set of [
        { lastSeenAt: sql`now() - interval '31 minutes'` },
        { createdAt: sql`now() - interval '13 hours'` },
      ]
    ) {
      await visitor.signIn(user);
      assert.equal((await visitor.get("/help")).status, 200);
      await db.update(sessions).set(set).where(eq(sessions.userId, user.id));
      assert.equal((await visitor.get("/help")).status, 303);
    }
  },
);

testOnEach("a request keeps the session alive", async (connection) => {
  const { db } = connection;
  const user = await person(db);
  const visitor = browser(program(connection));
  await visitor.signIn(user);
  await db.update(sessions).set({
    lastSeenAt: sql`now() - interval '20 minutes'`,
  })
    .where(eq(sessions.userId, user.id));
  await visitor.get("/help");
  const [row] = await sessionsOf(db, user.id);
  assert.ok(Date.now() - row!.lastSeenAt.getTime() < 60_000);
});

testOnEach(
  "signing out ends the session on the server (ASVS 7.4.1)",
  async (connection) => {
    const { db } = connection;
    const running = program(connection);
    const user = await person(db);
    const visitor = browser(running);
    await visitor.signIn(user);
    const cookie = visitor.cookies.get("passdesk-session")!;
    const response = await visitor.post("/sign-out", {}, { from: "/help" });
    assert.equal(response.status, 303);
    assert.match(response.headers.get("clear-site-data")!, /"storage"/);
    assert.equal((await sessionsOf(db, user.id)).length, 0);
    const replay = browser(running);
    replay.cookies.set("passdesk-session", cookie);
    assert.equal((await replay.get("/help")).status, 303);
    assert.equal((await eventsOf(db, user.id, "authn_logout")).length, 1);
  },
);

testOnEach(
  "ten wrong tries from one place are throttled there, and nobody else is locked out (ASVS 6.1.1, 6.3.1)",
  async (connection) => {
    const { db } = connection;
    const running = program(connection);
    const user = await person(db);
    const attacker = () => browser(running, { address: "198.51.100.9" });
    const wrong = { ...user, password: "wrong password" };
    for (let i = 0; i < 10; i++) {
      assert.equal((await attacker().signIn(wrong)).status, 422);
    }
    for (let i = 0; i < 60; i++) {
      const response = await attacker().signIn(i % 2 === 0 ? wrong : user);
      assert.equal(response.status, 429);
      assert.equal(response.headers.get("retry-after"), "900");
    }
    assert.equal(
      (await eventsOf(db, user.id, "authn_login_throttled")).length,
      1,
    );
    assert.equal(
      (await browser(running, { address: "203.0.113.5" }).signIn(user)).status,
      303,
    );
  },
);

testOnEach(
  "tries on one account from many places are limited, and so are tries on many accounts from one (NIST 63B-3.2.2)",
  async (connection) => {
    const { db } = connection;
    const running = program(connection, {
      SIGN_IN_ATTEMPTS_PER_ACCOUNT: "12",
      SIGN_IN_ATTEMPTS_PER_ADDRESS: "15",
    });
    const user = await person(db);
    const from = (n: number) => browser(running, { address: `10.20.30.${n}` });
    const statuses = [];
    for (let n = 1; n <= 13; n++) {
      statuses.push(
        (await from(n).signIn({ ...user, password: "wrong" })).status,
      );
    }
    assert.deepEqual(statuses, [...Array(12).fill(422), 429]);

    const spray = [];
    for (let n = 0; n < 16; n++) {
      const visitor = browser(running, {
        address: "2001:db8:1:2::" + n.toString(16),
      });
      const it = await person(db);
      spray.push(
        (await visitor.signIn({ ...it, password: "Summer2026!" })).status,
      );
    }
    assert.deepEqual(spray, [...Array(15).fill(422), 429]); // one /64 is one place
  },
);

testOnEach(
  "a username and its email have counts of their own, as two names of nobody have (ASVS 6.3.8)",
  async (connection) => {
    const { db } = connection;
    const running = program(connection, { SIGN_IN_ATTEMPTS: "3" });
    const user = await person(db, {
      username: "anna.r",
      email: "anna.r@example.org",
    });
    const statuses = async (name: string, address: string) => {
      const status = async (username: string) => {
        const visitor = browser(running, { address });
        return (await visitor.signIn({ ...user, username, password: "wrong" }))
          .status;
      };
      const first = [];
      for (let n = 0; n < 4; n++) first.push(await status(name));
      return [...first, await status(`${name}@example.org`)];
    };
    const real = await statuses("anna.r", "198.51.100.1");
    assert.deepEqual(real, [422, 422, 422, 429, 422]);
    assert.deepEqual(await statuses("nobody", "203.0.113.1"), real);
  },
);

testOnEach(
  "success forgets the tries under the name that was typed, and a new password those under both",
  async (connection) => {
    const { db } = connection;
    const running = program(connection, { SIGN_IN_ATTEMPTS: "2" });
    const user = await person(db);
    const signIn = async (username: string, password: string) => {
      const visitor = browser(running, { address: "198.51.100.2" });
      return (await visitor.signIn({ ...user, username, password })).status;
    };
    for (let n = 0; n < 3; n++) {
      assert.equal(await signIn(user.username, "wrong"), 422);
      assert.equal(await signIn(user.username, user.password), 303);
    }
    for (const name of [user.username, user.email!]) {
      assert.equal(await signIn(name, "wrong"), 422);
      assert.equal(await signIn(name, "wrong"), 422);
      assert.equal(await signIn(name, user.password), 429);
    }
    const hash = await hasher.hash("another password");
    await db.transaction((tx) =>
      storePassword(tx, running.services, { hash, history: undefined }, {
        change: "reset_by_link",
        userId: user.id,
        setBy: null,
        keep: 0,
      })
    );
    assert.equal(await signIn(user.username, "another password"), 303);
    assert.equal(await signIn(user.email!, "another password"), 303);
  },
);

testOnEach(
  "success takes the counters back, so that a busy office is never locked out",
  async (connection) => {
    const { db } = connection;
    const running = program(connection, {
      SIGN_IN_ATTEMPTS: "2",
      SIGN_IN_ATTEMPTS_PER_ADDRESS: "2",
    });
    const user = await person(db);
    for (let n = 0; n < 5; n++) {
      const visitor = browser(running, { address: "10.99.0.1" });
      assert.equal((await visitor.signIn(user)).status, 303);
    }
    const rows = await db.select().from(rateLimits).where(
      eq(rateLimits.key, "sign_in:address:10.99.0.1"),
    );
    assert.equal(rows[0]?.attempts, 0);
  },
);

testOnEach(
  "old hashes are upgraded at sign-in, and only then (ASVS 11.2.2, CS-STORE-2)",
  async (connection) => {
    const { db } = connection;
    const user = await person(db);
    const { app } = program(
      connection,
      {},
      createPasswordHasher({
        parameters: { memoryKib: 512, iterations: 1, parallelism: 1 },
        width: 2,
        maxWaiting: 100,
      }),
    );
    const before = await passwordOf(db, user.id);
    await browser({ app }).signIn({ ...user, password: "wrong" });
    assert.equal((await passwordOf(db, user.id))?.hash, before?.hash);
    await browser({ app }).signIn(user);
    const after = await passwordOf(db, user.id);
    assert.match(after!.hash, /m=512,t=1,p=1/);
    assert.deepEqual(after?.setAt, before?.setAt);
    assert.equal((await browser({ app }).signIn(user)).status, 303);
  },
);

testOnEach(
  "`next` leads to our own pages only (ASVS 3.7.2)",
  async (connection) => {
    const running = program(connection);
    const user = await person(connection.db);
    for (
      const next of [
        "https://evil.test/",
        "//evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "javascript:alert(1)",
        "/%2F/evil.test/..//",
        "/\t/evil.test",
      ]
    ) {
      const visitor = browser(running);
      const response = await visitor.post("/sign-in", {
        identifier: user.username,
        password: user.password,
        next,
      });
      const to = new URL(response.headers.get("location")!, ORIGIN);
      assert.equal(to.origin, ORIGIN, next);
    }
  },
);

testOnEach(
  "a password typed as a username can't be guessed from what is counted (ASVS 11.4.1)",
  async ({ db }) => {
    const running = program({ db });
    const visitor = browser(running);
    const typed = "nine-larks";
    await visitor.post("/sign-in", { identifier: typed, password: "wrong" });
    await visitor.post("/password-resets/new", { identifier: typed });
    const keys = (await rows<{ key: string }>(
      db,
      sql`select key from rate_limits`,
    )).map((it) => it.key);
    assert.ok(keys.some((it) => it.startsWith("sign_in:account:")));
    assert.ok(keys.some((it) => it.startsWith("reset:account:")));
    for (const encoding of ["base64url", "hex"] as const) {
      const guess = createHash("sha256").update(typed).digest(encoding);
      assert.ok(!keys.some((it) => it.includes(guess)));
    }
  },
);
