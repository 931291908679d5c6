import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import type { Connection } from "../../db/client.ts";
import { type Browser, browser, csrfOf, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { sessionsOf } from "../support/rows.ts";

const FORM = "application/x-www-form-urlencoded";

async function setting(connection: Connection) {
  const running = program(connection);
  const staff = await person(connection.db, {
    permissions: ["user_management"],
  });
  const user = await person(connection.db);
  const [visitor, victim] = [browser(running), browser(running)];
  await visitor.signIn(staff);
  await victim.signIn(user);
  const token = async (it: Browser) =>
    csrfOf(await (await it.get("/help")).text());
  return {
    ...running,
    staff,
    user,
    visitor,
    victim,
    token,
    path: `/users/${user.id}/sessions`,
  };
}

async function post(
  visitor: Browser,
  path: string,
  { body, headers = {} }: { body: string; headers?: Record<string, string> },
) {
  return await visitor.send("POST", path, {
    body,
    headers: { "Content-Type": FORM, ...headers },
  });
}

testOnEach(
  "what another site can send is refused and changes nothing (ASVS 3.5.1)",
  async (connection) => {
    const { db } = connection;
    const { visitor, victim, user, token, path, log } = await setting(
      connection,
    );
    const right = `csrf=${await token(visitor)}`;
    const tries: [
      string,
      { body: string; headers?: Record<string, string> },
    ][] = [
      ["no token", { body: "x=1" }],
      ["empty token", { body: "csrf=" }],
      ["made-up token", { body: "csrf=aaaa.bbbb" }],
      ["somebody else's token", { body: `csrf=${await token(victim)}` }],
      ["a foreign origin", {
        body: right,
        headers: { Origin: "https://evil.test" },
      }],
      ["a null origin", { body: right, headers: { Origin: "null" } }],
      ["our origin on another port", {
        body: right,
        headers: { Origin: "http://localhost:8001" },
      }],
      ["a cross-site fetch", {
        body: right,
        headers: { "Sec-Fetch-Site": "cross-site" },
      }],
      ["a same-site fetch", {
        body: right,
        headers: { "Sec-Fetch-Site": "same-site" },
      }],
      ["a foreign fetch with our origin", {
        body: right,
        headers: {
          Origin: "http://localhost:8000",
          "Sec-Fetch-Site": "cross-site",
        },
      }],
    ];
    for (const [what, request] of tries) {
      const response = await post(visitor, path, request);
      assert.equal(response.status, 403, what);
    }
    assert.equal((await sessionsOf(db, user.id)).length, 1);
    const [{ count }] = await db.execute(
      sql`select count(*)::int as count from audit_events where event = 'malicious_csrf'`,
    ).then((it) =>
      ("rows" in (it as object)
        ? (it as { rows: { count: number }[] }).rows
        : it) as unknown as [{ count: number }]
    );
    assert.ok(count >= tries.length);
    assert.ok(!JSON.stringify(log).includes(right));

    const own = await post(visitor, path, {
      body: right,
      headers: {
        Origin: "http://localhost:8000",
        "Sec-Fetch-Site": "same-origin",
      },
    });
    assert.equal(own.status, 200);
    assert.equal((await sessionsOf(db, user.id)).length, 0);
  },
);

testOnEach(
  "a body of another kind is refused, whatever its token (ASVS 3.5.2)",
  async (connection) => {
    const { visitor, token, path } = await setting(connection);
    const csrf = await token(visitor);
    for (
      const type of [
        "text/plain",
        "application/json",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded-but-not-really",
        "",
      ]
    ) {
      const response = await post(visitor, path, {
        body: `csrf=${csrf}`,
        headers: { "Content-Type": type },
      });
      assert.equal(response.status, 415, type);
    }
    const upper = await post(visitor, path, {
      body: `csrf=${csrf}`,
      headers: {
        "Content-Type": "Application/X-WWW-Form-Urlencoded; charset=UTF-8",
      },
    });
    assert.equal(upper.status, 200);
  },
);

testOnEach(
  "signing in is protected too: a stranger's token belongs to the visit (login CSRF)",
  async (connection) => {
    const running = program(connection);
    const user = await person(connection.db);
    const attacker = browser(running);
    const csrf = csrfOf(await (await attacker.get("/sign-in")).text());
    const body = new URLSearchParams({
      csrf,
      identifier: user.username,
      password: user.password,
    }).toString();
    assert.equal(
      (await post(browser(running), "/sign-in", { body })).status,
      403,
    );
    assert.equal((await post(attacker, "/sign-in", { body })).status, 303);
  },
);

testOnEach(
  "a browser that sends neither Origin nor Sec-Fetch-Site, such as lynx, works by the token alone",
  async (connection) => {
    const { visitor, token, path } = await setting(connection);
    const response = await post(visitor, path, {
      body: `csrf=${await token(visitor)}`,
    });
    assert.equal(response.status, 200);
  },
);

testOnEach(
  "no GET or HEAD changes anything (ASVS 3.5.3)",
  async (connection) => {
    const { db } = connection;
    const { visitor, app, user, path } = await setting(connection);
    await visitor.get("/help");
    const state = async () =>
      JSON.stringify(
        await db.execute(sql`
      select (select count(*) from sessions) s, (select max(updated_at) from users) u,
        (select count(*) from passwords) p, (select count(*) from permissions) q`),
      );
    const before = await state();
    const paths = new Set(
      app.routes.filter((it) => it.method === "POST").map((it) => it.path),
    );
    for (const it of paths) {
      for (const method of ["GET", "HEAD"]) {
        await visitor.send(
          method,
          it.replace(/:id\{.*?\}\)?\S*?(?=\/|$)/, user.id) +
            "?disabled=yes&only=",
        );
      }
    }
    assert.equal(await state(), before);
    assert.equal((await visitor.get(path)).status, 200);
  },
);

testOnEach(
  "other methods are not allowed, and none can be smuggled in a header (ASVS 4.1.4)",
  async (connection) => {
    const { db } = connection;
    const { visitor, user, token } = await setting(connection);
    const csrf = await token(visitor);
    for (const method of ["PUT", "PATCH", "DELETE", "FOO", "OPTIONS"]) {
      const response = await visitor.send(
        method,
        `/users/${user.id}/disablement`,
        {
          ...(method !== "OPTIONS" && { body: `csrf=${csrf}&disabled=yes` }),
          headers: { "Content-Type": FORM },
        },
      );
      assert.equal(response.status, 405, method);
      assert.equal(response.headers.get("allow"), "GET, HEAD, POST");
    }
    await visitor.send(
      "GET",
      `/users/${user.id}/disablement?_method=POST&disabled=yes`,
      {
        headers: { "X-HTTP-Method-Override": "POST" },
      },
    );
    assert.equal((await sessionsOf(db, user.id)).length, 1);
  },
);
