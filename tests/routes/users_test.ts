import assert from "node:assert/strict";
import { browser, csrfOf, hidden, ORIGIN, program } from "../support/app.ts";
import type { Connection } from "../../db/client.ts";
import { findUser } from "../../db/users.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { eventsOf, passwordOf, sessionsOf } from "../support/rows.ts";

async function desk(
  connection: Connection,
  subject: Parameters<typeof person>[1] = {},
  settings: Record<string, string> = {},
) {
  const running = program(connection, settings);
  const staff = await person(connection.db, {
    permissions: ["user_management"],
  });
  const user = await person(connection.db, subject);
  const visitor = browser(running);
  await visitor.signIn(staff);
  return { ...running, staff, user, visitor };
}

testOnEach(
  "the same address is a page, or for htmx the hits alone",
  async (connection) => {
    const { visitor } = await desk(connection, { name: "<b>Zed</b> Quux" });
    const page = await (await visitor.get("/users?query=quux")).text();
    assert.match(page, /^<!DOCTYPE html><html lang="en">/);
    assert.match(page, /&lt;b&gt;Zed&lt;\/b&gt; <mark>Quux<\/mark>/);
    const part = await visitor.get("/users?query=quux", { htmx: true });
    assert.match(await part.text(), /^<section id="results"/);
    assert.match(part.headers.get("vary")!, /HX-Request-Type/i);
  },
);

testOnEach("stored text is out of htmx's reach", async (connection) => {
  const { visitor, user } = await desk(connection, {
    name: `<i hx-get="/x" hx-trigger="load">Evil</i>`,
  });
  for (
    const path of [
      "/users?query=evil",
      `/users/${user.id}`,
      `/users/${user.id}/edit`,
    ]
  ) {
    const html = await (await visitor.get(path)).text();
    assert.ok(!html.includes("<i hx-get"), path);
    assert.match(html, /<span hx-ignore[^>]*>.*?Evil/s);
  }
});

testOnEach("nothing found says so and what to try", async (connection) => {
  const { visitor } = await desk(connection);
  const html = await (await visitor.get("/users?query=zzqqxx&state=disabled"))
    .text();
  assert.match(
    html,
    /Nobody matches “<span hx-ignore="true">zzqqxx|Nobody matches “<span hx-ignore/,
  );
  assert.match(html, /search without them/);
});

testOnEach(
  "a page of hits leads on by a plain link, and htmx gets its rows",
  async (connection) => {
    const { visitor } = await desk(connection);
    for (let n = 0; n < 30; n++) {
      await person(connection.db, {
        name: `Pagetest Person ${String(n).padStart(2, "0")}`,
      });
    }
    const first = await (await visitor.get("/users?query=pagetest")).text();
    const more = first.match(/href="(\/users\?[^"]*after=[^"]*)"/)![1]!
      .replaceAll("&amp;", "&");
    const second = await (await visitor.get(more)).text();
    assert.match(second, /Back to the first hits/);
    const rows = await (await visitor.get(more, { htmx: true })).text();
    assert.match(rows, /^<tr id="user-/);
    const ids = (html: string) =>
      [...html.matchAll(/<tr id="user-([^"]+)"/g)].map((it) => it[1]);
    assert.equal(ids(first).length, 25);
    assert.deepEqual(ids(second), ids(rows));
    assert.equal(new Set([...ids(first), ...ids(second)]).size, 30);
  },
);

testOnEach(
  "details show what staff need, never a hash, and each view is recorded",
  async (connection) => {
    const { db } = connection;
    const { visitor, user, staff } = await desk(connection, {
      attributes: { department: "Harbour Office" },
      temporary: true,
    });
    const html = await (await visitor.get(`/users/${user.id}`)).text();
    for (
      const text of [
        user.name,
        user.username,
        user.email!,
        "Harbour Office",
        "temporary password",
        "Open sessions",
      ]
    ) {
      assert.ok(html.includes(text), text);
    }
    assert.ok(!html.includes("argon2"));
    const [event] = await eventsOf(db, user.id, "sensitive_read");
    assert.equal(event?.actorId, staff.id);
    assert.ok(event?.requestId && event.address === "192.0.2.7");
    for (const page of ["edit", "sessions"]) {
      await visitor.get(`/users/${user.id}/${page}`);
    }
    assert.equal((await eventsOf(db, user.id, "sensitive_read")).length, 3);
  },
);

testOnEach(
  "the details list what was done and not who looked, and at nobody is no look",
  async (connection) => {
    const { db } = connection;
    const { user, visitor } = await desk(connection);
    const look = async () =>
      await (await visitor.get(`/users/${user.id}`)).text();
    await look();
    assert.match(await look(), /Nothing has happened yet/);
    assert.equal((await eventsOf(db, user.id, "sensitive_read")).length, 2);
    await visitor.post(`/users/${user.id}/disablement`, { disabled: "yes" });
    assert.match(await look(), /<td data-label="What">Disabled<\/td>/);
    const unknown = "01890000-0000-7000-8000-000000000000";
    assert.equal((await visitor.get(`/users/${unknown}`)).status, 404);
    assert.deepEqual(await eventsOf(db, unknown, "sensitive_read"), []);
  },
);

testOnEach("an unknown or malformed id is not found", async (connection) => {
  const { visitor } = await desk(connection);
  for (
    const id of [
      crypto.randomUUID(),
      "1",
      "..%2f",
      "x'--",
      "%00",
      "A".repeat(3000),
    ]
  ) {
    for (
      const path of ["", "/edit", "/password", "/sessions", "/disablement"]
    ) {
      const response = await visitor.get(`/users/${id}${path}`);
      assert.equal(response.status, 404, id + path);
    }
  }
});

testOnEach(
  "staff edit a user; only what the form lists is written (ASVS 15.3.3)",
  async (connection) => {
    const { db } = connection;
    const { visitor, user } = await desk(connection, {
      attributes: { old_one: "kept" },
    });
    const path = `/users/${user.id}/edit`;
    const html = await (await visitor.get(path)).text();
    const response = await visitor.post(path, {
      version: hidden(html, "version"),
      from: "query=anna&evil=1",
      name: "  Zoë   Müller ",
      username: "zoe.mueller",
      email: "zoe@example.org",
      "attributes.department": "Legal",
      "attributes.unknown": "x",
      permissions: "administration",
      id: crypto.randomUUID(),
      disabledAt: "2020-01-01",
      temporary: "yes",
    });
    assert.equal(
      response.headers.get("location"),
      `/users/${user.id}?from=query%3Danna&done=saved-email`,
    );
    const saved = await findUser(db, user.id);
    assert.equal(saved?.name, "Zoë Müller");
    assert.deepEqual(saved?.attributes, {
      old_one: "kept",
      department: "Legal",
    });
    assert.deepEqual(saved?.permissions, []);
    assert.equal(saved?.disabledAt, null);
    assert.equal(saved?.temporary, false);
    const [event] = await eventsOf(db, user.id, "user_updated");
    assert.deepEqual(event?.detail, {
      fields: ["name", "username", "email", "attributes.department"],
    });
  },
);

testOnEach(
  "two staff edit at once: the second sees both values, and nothing is silently overwritten",
  async (connection) => {
    const { db } = connection;
    const { visitor, user, ...running } = await desk(connection);
    const colleague = browser(running);
    await colleague.signIn(
      await person(db, { permissions: ["user_management"] }),
    );
    const path = `/users/${user.id}/edit`;
    const version = hidden(await (await visitor.get(path)).text(), "version");
    const edit = { version, username: user.username, email: user.email! };
    await colleague.post(path, { ...edit, name: "Colleague Wrote" });

    const views = async () =>
      (await eventsOf(db, user.id, "sensitive_read")).length;
    const viewed = await views();
    const second = await visitor.send("POST", path, {
      body: new URLSearchParams({
        csrf: csrfOf(await (await visitor.get("/users/new")).text()),
        ...edit,
        name: "I Wrote",
      }).toString(),
      headers: {
        "Content-Type": "application/x-www-form-urlencoded",
        Origin: ORIGIN,
      },
    });
    assert.equal(second.status, 409);
    assert.equal(await views(), viewed + 1, "what it shows has been seen");
    const html = await second.text();
    assert.match(html, /value="I Wrote"/);
    assert.match(html, /Saved meanwhile: Colleague Wrote/);
    assert.equal((await findUser(db, user.id))?.name, "Colleague Wrote");

    const third = await visitor.post(path, {
      ...edit,
      version: hidden(html, "version"),
      name: "I Wrote",
    });
    assert.equal(third.status, 303);
    assert.equal((await findUser(db, user.id))?.name, "I Wrote");
  },
);

testOnEach(
  "a created user has no password, and a taken username or email is refused",
  async (connection) => {
    const { db } = connection;
    const { visitor, user, ...running } = await desk(connection);
    const username = `new-${crypto.randomUUID().slice(0, 8)}`;
    const response = await visitor.post("/users/new", {
      name: "New Person",
      username,
      email: "",
      "attributes.phone": "+49 30 23125 001",
    });
    assert.equal(response.status, 303);
    const id = response.headers.get("location")!.match(/users\/([^?]+)/)![1]!;
    assert.equal(await passwordOf(db, id), undefined);
    assert.equal((await eventsOf(db, id, "user_created")).length, 1);
    const signIn = await browser(running).signIn({
      ...user,
      username,
      password: "",
    });
    assert.equal(signIn.status, 422);

    const taken = await visitor.post("/users/new", {
      name: "Another",
      username: username.toUpperCase(),
      email: user.email!.toUpperCase(),
    });
    assert.equal(taken.status, 422);
    const html = await taken.text();
    assert.match(html, /id="username-error"/);
    assert.match(html, /id="email-error"/);
    assert.match(html, /value="Another"/);
  },
);

testOnEach(
  "a disabled user is out at once and stays out until enabled (ASVS 7.4.2)",
  async (connection) => {
    const { db } = connection;
    const { visitor, user, ...running } = await desk(connection);
    const victim = browser(running);
    await victim.signIn(user);
    const path = `/users/${user.id}/disablement`;
    await visitor.post(path, { disabled: "yes" });
    assert.equal((await victim.get("/help")).status, 303);
    assert.equal((await sessionsOf(db, user.id)).length, 0);
    assert.equal((await browser(running).signIn(user)).status, 422);
    await visitor.post(path, { disabled: "no" });
    assert.equal((await browser(running).signIn(user)).status, 303);
    assert.equal((await eventsOf(db, user.id, "user_disabled")).length, 1);
    assert.equal((await eventsOf(db, user.id, "user_enabled")).length, 1);
  },
);

testOnEach(
  "staff see a user's sessions and end one or all (ASVS 7.4.5)",
  async (connection) => {
    const { db } = connection;
    const { visitor, user, staff, ...running } = await desk(connection);
    const victims = [browser(running), browser(running), browser(running)];
    for (const it of victims) await it.signIn(user);
    const path = `/users/${user.id}/sessions`;
    assert.match(await (await visitor.get(path)).text(), /192\.0\.2\.7/);
    const [first] = victims[0]!.cookies.get("passdesk-session")!.split(".");
    await visitor.post(path, { only: first! });
    assert.equal((await sessionsOf(db, user.id)).length, 2);
    const all = await visitor.post(path, {});
    assert.match(await all.text(), /2 sessions were ended/);
    for (const it of victims) assert.equal((await it.get("/help")).status, 303);
    assert.equal((await eventsOf(db, user.id, "session_ended")).length, 2);
    const [mine] = visitor.cookies.get("passdesk-session")!.split(".");
    await visitor.post(path, { only: mine! }); // not one of this user's
    assert.equal((await sessionsOf(db, staff.id)).length, 1);
  },
);
