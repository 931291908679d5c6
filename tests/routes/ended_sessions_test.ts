import assert from "node:assert/strict";
import { createHash, createHmac, randomBytes } from "node:crypto";
import type { Connection } from "../../db/client.ts";
import { createSecretBox } from "../../services/secret_box.ts";
import { browser, csrfOf, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import {
  freshAddress,
  letSessionsEnd,
  refusalsTo,
  SAME_ORIGIN,
  sendForm,
} from "../support/ended_sessions.ts";
import { person } from "../support/people.ts";

async function setting(connection: Connection) {
  const { db } = connection;
  const address = freshAddress();
  const running = program(connection);
  const staff = await person(db, { permissions: ["user_management"] });
  const user = await person(db, { name: "Before" });
  const visitor = browser(running, { address });
  await visitor.signIn(staff);
  const path = `/users/${user.id}/edit`;
  const csrf = csrfOf(await (await visitor.get(path)).text());
  const fields = {
    csrf,
    version: "1",
    from: "",
    name: "After",
    username: user.username,
    email: user.email!,
  };
  return { ...running, db, address, staff, user, visitor, path, fields };
}

testOnEach(
  "a form of an ended session leads to sign-in, and the log says that the session had ended (ASVS 7.3.1)",
  async (connection) => {
    const { db, address, staff, visitor, path, fields } = await setting(
      connection,
    );
    await letSessionsEnd(db, staff.id);

    const plain = await sendForm(visitor, path, fields);
    assert.equal(plain.status, 303);
    assert.match(plain.headers.get("location")!, /^\/sign-in\?/);
    const page = await (await visitor.get(plain.headers.get("location")!))
      .text();
    assert.match(page, /Your session has ended/);

    const partial = await sendForm(visitor, path, fields, { htmx: true });
    assert.equal(partial.status, 200);
    assert.match(partial.headers.get("hx-redirect")!, /^\/sign-in\?/);

    const silent = await sendForm(visitor, path, fields, { headers: {} });
    assert.equal(silent.status, 303); // a text browser, which still has its cookie

    const refusals = await refusalsTo(db, address);
    assert.deepEqual(
      refusals.map((it) => [it.event, it.actorId, it.subjectId]),
      Array(3).fill(["session_use_after_expire", null, staff.id]),
    );
    assert.equal(typeof refusals[0]!.detail.session, "string");
  },
);

testOnEach(
  "a browser that has dropped its cookie is answered the same",
  async (connection) => {
    const { db, address, staff, visitor, path, fields } = await setting(
      connection,
    );
    await letSessionsEnd(db, staff.id);
    visitor.cookies.clear();
    const response = await sendForm(visitor, path, fields);
    assert.equal(response.status, 303);
    assert.deepEqual((await refusalsTo(db, address)).map((it) => it.event), [
      "session_use_after_expire",
    ]);
  },
);

testOnEach(
  "what another site sends is a forgery, also where a session has ended (ASVS 3.5.1)",
  async (connection) => {
    const { db, address, staff, user, visitor, path, fields, ...running } =
      await setting(connection);
    const attacker = browser(running);
    await attacker.signIn(user);
    const theirs = csrfOf(await (await attacker.get("/help")).text());
    await letSessionsEnd(db, staff.id);
    await letSessionsEnd(db, user.id);

    // A session that never was, with tokens that fit it as far as a stranger can make them.
    const secret = randomBytes(32).toString("base64url");
    const hash = createHash("sha256").update(secret).digest("base64url");
    const mac = createHmac("sha256", hash).update("csrf\0salt")
      .digest("base64url");
    const sealedByOthers = createSecretBox([randomBytes(32)])
      .seal(`session ${user.id} ${staff.id}`, "csrf");

    const tries: [string, Record<string, string>, Record<string, string>][] = [
      ["a foreign origin", fields, { Origin: "https://evil.test" }],
      ["a null origin", fields, { Origin: "null" }],
      ["a cross-site fetch", fields, { "Sec-Fetch-Site": "cross-site" }],
      ["a same-site fetch", fields, { "Sec-Fetch-Site": "same-site" }],
      ["no token", { name: "Mallory" }, {}],
      ["no token of ours", { ...fields, csrf: `salt.${mac}` }, {}],
      ["another key's seal", { ...fields, csrf: sealedByOthers }, SAME_ORIGIN],
      ["another's token from nowhere", { ...fields, csrf: theirs }, {}],
    ];
    for (const [what, body, headers] of tries) {
      const response = await sendForm(visitor, path, body, { headers });
      assert.equal(response.status, 403, what);
    }
    assert.deepEqual(
      (await refusalsTo(db, address)).map((it) => it.event),
      tries.map(() => "malicious_csrf"),
    );
  },
);

testOnEach(
  "a sign-in page that a second tab left open goes on to the start (ASVS 7.2.4)",
  async (connection) => {
    const { db } = connection;
    const running = program(connection);
    const user = await person(db);
    const address = freshAddress();
    const visitor = browser(running, { address });
    const stale = csrfOf(
      await (await visitor.get("/sign-in?next=/help")).text(),
    );
    await visitor.signIn(user);
    const fields = {
      csrf: stale,
      identifier: user.username,
      password: user.password,
    };
    const paths = ["", "/passkey", "/second-factor"];
    for (const it of paths) {
      const path = `/sign-in${it}`;
      const on = await sendForm(visitor, path, { ...fields, next: "/help" });
      assert.equal(on.status, 303, path);
      assert.equal(on.headers.get("location"), "/help", path);
      const start = await sendForm(visitor, path, {
        ...fields,
        next: "//evil.test",
      });
      assert.equal(start.headers.get("location"), "/", path);
    }
    const shown = await visitor.get("/sign-in?next=/help");
    assert.equal(shown.headers.get("location"), "/help");
    assert.deepEqual(await refusalsTo(db, address), []);

    const forged = await sendForm(visitor, "/sign-in", fields, {
      headers: { Origin: "https://evil.test" },
    });
    assert.equal(forged.status, 403);
    const events = (await refusalsTo(db, address)).map((it) => it.event);
    assert.deepEqual(events, ["malicious_csrf"]);
  },
);

testOnEach(
  "a sign-in page of before signs nobody in: it comes back, and says why",
  async (connection) => {
    const { db } = connection;
    const running = program(connection);
    const user = await person(db);
    const address = freshAddress();
    const visitor = browser(running, { address });
    const stale = csrfOf(await (await visitor.get("/sign-in")).text());
    await visitor.signIn(user);
    await visitor.post("/sign-out", {}, { from: "/help" });
    const response = await sendForm(visitor, "/sign-in", {
      csrf: stale,
      identifier: user.username,
      password: user.password,
      next: "/help",
    });
    assert.equal(response.status, 303);
    const to = response.headers.get("location")!;
    assert.match(await (await visitor.get(to)).text(), /page was out of date/);
    assert.equal(new URL(to, "http://x").searchParams.get("next"), "/help");
    const reset = await sendForm(visitor, "/password-resets/new", {
      csrf: stale,
      identifier: user.username,
    });
    assert.equal(reset.status, 403);
    assert.match(await reset.text(), /This page is out of date/);
    assert.deepEqual(await refusalsTo(db, address), []);
  },
);

testOnEach(
  "the API by an ended session's cookie says so, and accuses nobody",
  async (connection) => {
    const { db, address, staff, user, visitor } = await setting(connection);
    await letSessionsEnd(db, staff.id);
    for (const headers of [SAME_ORIGIN, {}]) {
      const response = await visitor.send("PATCH", `/api/v1/users/${user.id}`, {
        body: JSON.stringify({ name: "After" }),
        headers: { ...headers, "Content-Type": "application/merge-patch+json" },
      });
      assert.equal(response.status, 401);
      const problem = await response.json();
      assert.match(problem.type, /#unauthenticated$/);
      assert.match(problem.detail, /^The session has ended/);
    }
    assert.deepEqual(await refusalsTo(db, address), []);
  },
);
