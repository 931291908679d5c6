import assert from "node:assert/strict";
import { and, count, eq, sql } from "drizzle-orm";
import { type Connection, rows } from "../../db/client.ts";
import { auditEvents } from "../../db/schema.ts";
import { findUser } from "../../db/users.ts";
import type { Permission } from "../../services/context.ts";
import { describeError } from "../../services/log.ts";
import { browser, hidden, ORIGIN, program } from "../support/app.ts";
import { testOnEach, testOnPostgres } from "../support/database.ts";
import { person } from "../support/people.ts";
import { eventsOf, passwordOf } from "../support/rows.ts";

/** What somebody who tried to break in has found: each test failed once. */
async function desk(
  connection: Connection,
  permissions: Permission[] = ["user_management"],
) {
  const running = program(connection);
  const staff = await person(connection.db, { permissions });
  const visitor = browser(running);
  await visitor.signIn(staff);
  return { ...running, staff, visitor };
}

const guess = (password: string, seenSetAt: number) => ({
  formId: crypto.randomUUID(),
  seenSetAt: String(seenSetAt),
  newPassword: password,
  reason: "no_mailbox",
});

testOnEach(
  "dot segments can't turn `next` into another host (ASVS 3.7.2)",
  async (connection) => {
    const { visitor } = await desk(connection);
    for (
      const next of [
        "/.//evil.test",
        "/..//evil.test",
        "/users/..//evil.test",
        "/./\\evil.test",
        "/%2e//evil.test",
      ]
    ) {
      const response = await visitor.get(
        `/sign-in?next=${encodeURIComponent(next)}`,
      );
      const to = response.headers.get("location")!;
      assert.equal(new URL(to, ORIGIN).origin, ORIGIN, `${next} -> ${to}`);
      assert.ok(!to.startsWith("//"));
    }
  },
);

testOnEach(
  "staff can't find a password out by setting it: not of equals unseen, not of others at all (ASVS 6.3.1)",
  async (connection) => {
    const { db } = connection;
    const { visitor } = await desk(connection);
    const user = await person(db);
    const path = `/users/${user.id}/password`;
    const stale = await visitor.post(path, guess(user.password, 1), {
      from: "/help",
    });
    assert.equal(stale.status, 409); // as for a wrong guess
    const { setAt } = (await passwordOf(db, user.id))!;
    const reused = await visitor.post(
      path,
      guess(user.password, setAt.getTime()),
      { from: "/help" },
    );
    assert.equal(reused.status, 422);
    assert.equal(
      (await eventsOf(db, user.id, "authn_password_set_fail")).length,
      1,
    );

    const admin = await person(db, { permissions: ["administration"] });
    for (
      const password of [admin.password, "seven geese cross the bridge", "x"]
    ) {
      const response = await visitor.post(`/users/${admin.id}/password`, {
        ...guess(password, 1),
        reason: "",
      }, { from: "/help" });
      assert.equal(response.status, 403);
    }
    assert.equal((await eventsOf(db, admin.id, "authz_fail")).length, 3);
  },
);

testOnEach(
  "the same form with another password is not answered as saved",
  async (connection) => {
    const { db } = connection;
    const { visitor, ...running } = await desk(connection);
    const user = await person(db);
    const path = `/users/${user.id}/password`;
    const html = await (await visitor.get(path)).text();
    const form = guess("seven geese cross the bridge", 0);
    form.seenSetAt = hidden(html, "seenSetAt");
    assert.equal((await visitor.post(path, form)).status, 200);
    const other = await visitor.post(path, {
      ...form,
      newPassword: "eleven swans under the bridge",
    });
    assert.equal(other.status, 409);
    const signIn = await browser(running).signIn({
      ...user,
      password: "seven geese cross the bridge",
    });
    assert.equal(signIn.status, 303);
  },
);

testOnEach(
  "nobody who knows the password grows with its owner: it is replaced before a permission is granted",
  async (connection) => {
    const { db } = connection;
    const clerk = await desk(connection);
    const user = await person(db);
    const path = `/users/${user.id}/password`;
    const html = await (await clerk.visitor.get(path)).text();
    await clerk.visitor.post(path, {
      ...guess("seven geese cross the bridge", 0),
      seenSetAt: hidden(html, "seenSetAt"),
    });
    const admin = await desk(connection, ["administration"]);
    const grant = await admin.visitor.post(`/users/${user.id}/permissions`, {
      seen: "",
      administration: "yes",
    });
    assert.equal(grant.status, 409);
    assert.match(
      await grant.text(),
      /set the user&#39;s password and knows it/,
    );
    assert.deepEqual((await findUser(db, user.id))?.permissions, []);
    // What the one who set it holds as well may be granted.
    const equal = await admin.visitor.post(`/users/${user.id}/permissions`, {
      seen: "",
      user_management: "yes",
    });
    assert.equal(equal.status, 200);
  },
);

testOnEach(
  "a flood of forged requests leaves a bounded trace in the log that can't be shortened (ASVS 16.3.3)",
  async (connection) => {
    const { db } = connection;
    const running = program(connection);
    const stranger = browser(running, { address: "198.51.100.77" });
    for (let n = 0; n < 110; n++) {
      await stranger.send("POST", "/nowhere", {
        body: "x=1",
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
      });
    }
    const from = async (event: string) => {
      const [row] = await db.select({ events: count() }).from(auditEvents)
        .where(
          and(
            eq(auditEvents.event, event),
            eq(auditEvents.address, "198.51.100.77"),
          ),
        );
      return row!.events;
    };
    assert.equal(await from("malicious_csrf"), 100);
    assert.equal(await from("excess_rate_limit_exceeded"), 1);
    assert.equal(running.log.filter((it) => it.event === "refusal").length, 9);
  },
);

testOnEach(
  "each refused page about somebody above leaves an event (ASVS 16.3.2)",
  async (connection) => {
    const { db } = connection;
    const { visitor } = await desk(connection);
    const admin = await person(db, { permissions: ["administration"] });
    const refused = [
      () => visitor.get(`/users/${admin.id}/password`),
      () => visitor.get(`/users/${admin.id}/edit`),
      () => visitor.get(`/users/${admin.id}/disablement`),
      () =>
        visitor.post(`/users/${admin.id}/password/check`, guess("x", 0), {
          from: "/help",
        }),
      () =>
        visitor.post(`/users/${admin.id}/password`, {
          ...guess("x", 0),
          generate: "yes",
        }, { from: "/help" }),
      () =>
        visitor.post(`/users/${admin.id}/edit`, { version: "1", name: "" }, {
          from: "/help",
        }),
      () => visitor.post(`/users/${admin.id}/sessions`, {}, { from: "/help" }),
    ];
    for (const [n, request] of refused.entries()) {
      assert.equal((await request()).status, 403, `${n}`);
      assert.equal((await eventsOf(db, admin.id, "authz_fail")).length, n + 1);
    }
  },
);

testOnPostgres(
  "what was answered by `try again` at its deadline does not happen afterwards (ASVS 2.3.3)",
  async (connection) => {
    const { db } = connection;
    const running = program(connection, { REQUEST_TIMEOUT_SECONDS: "1" });
    const visitor = browser(running);
    await visitor.signIn(
      await person(db, { permissions: ["user_management"] }),
    );
    const user = await person(db);
    const before = await passwordOf(db, user.id);
    await db.transaction(async (tx) => {
      await tx.execute(sql`lock table password_history in exclusive mode`);
      const response = await visitor.post(
        `/users/${user.id}/password`,
        guess("seven geese cross the bridge", before!.setAt.getTime()),
      );
      assert.equal(response.status, 503);
    });
    // Let go: it goes on to its end, which must not be a commit.
    const left = () =>
      rows<{ left: number }>(
        db,
        sql`select count(*)::int as left from pg_stat_activity
          where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()`,
      );
    while ((await left())[0]!.left > 0) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.deepEqual(await passwordOf(db, user.id), before);
  },
);

testOnEach(
  "no header of a stranger brings a 500, nor its address into the log (ASVS 2.2.1, 16.2.5)",
  async (connection) => {
    const running = program(connection);
    const visitor = browser(running);
    for (
      const shown of [
        "http://[",
        "not an address",
        "http://localhost:8000/users?query=anna",
      ]
    ) {
      const response = await visitor.send("GET", "/users", {
        headers: { "HX-Current-URL": shown },
      });
      assert.equal(response.status, 303);
    }
    const told = describeError(
      new TypeError("Invalid URL: 'http://localhost:8000./setup/secret-token'"),
    );
    assert.ok(!JSON.stringify(told).includes("secret-token"));
  },
);

testOnEach(
  "right passwords are no guesses: weak new ones don't lock the own page",
  async (connection) => {
    const running = program(connection);
    const user = await person(connection.db);
    const visitor = browser(running);
    await visitor.signIn(user);
    for (let n = 0; n < 12; n++) {
      const response = await visitor.post("/account/password", {
        currentPassword: user.password,
        newPassword: "short",
      });
      assert.equal(response.status, 422);
    }
  },
);

testOnEach(
  "long rows of accents are not unravelled before they are found too long (ASVS 1.3.12, 15.2.2)",
  async (connection) => {
    const { visitor, log } = await desk(connection);
    const accents = "a" + "\u0301\u0323".repeat(1_200);
    const answers = [
      await visitor.post("/users/new", {
        name: accents,
        username: accents,
        email: accents,
      }),
      await visitor.post("/account/password", {
        currentPassword: accents,
        newPassword: "x",
      }),
      await visitor.post("/account/password/check", { newPassword: accents }, {
        from: "/help",
      }),
      await browser(program(connection)).post("/sign-in", {
        identifier: accents,
        password: accents,
      }),
    ];
    assert.deepEqual(answers.map((it) => it.status), [422, 422, 200, 422]);
    assert.match(await answers[2]!.text(), /use at most 128/);
    assert.deepEqual(log.filter((it) => it.event === "failure"), []);
  },
);

testOnEach(
  "signs in a name break no search (ASVS 1.2.9)",
  async (connection) => {
    const { visitor } = await desk(connection);
    for (
      const name of [
        "Sc(hnorp Zebulon",
        "W[abble Quimby",
        "Pl%us Ha_sh",
        "Ba\\ck Sl|ash",
      ]
    ) {
      await person(connection.db, { name });
    }
    for (
      const query of [
        "schnorp zebulon",
        "zebulon schnorp",
        "schnorp zebulun",
        "wabble quimby",
        "plus hash",
        "back slash",
        "quimbi wable",
      ]
    ) {
      assert.equal(
        (await visitor.get(`/users?query=${encodeURIComponent(query)}`)).status,
        200,
        query,
      );
    }
  },
);

testOnEach(
  "a username that can't be seen, or that folds to nothing, is refused (ASVS 1.3.3)",
  async (connection) => {
    const { visitor } = await desk(connection);
    for (
      const username of [
        "ada\u3164",
        "\u3164",
        "\ufe70",
        "ada\u17b4",
        "ada\u2800",
        "\u00ad",
      ]
    ) {
      const response = await visitor.post("/users/new", {
        name: "Somebody",
        username,
      });
      assert.equal(response.status, 422, JSON.stringify(username));
    }
    assert.equal(
      (await visitor.post("/users/new", { name: "\u2800", username: "x1" }))
        .status,
      422,
    );
    const joined = await visitor.post("/users/new", {
      name: "می\u200cخواهم",
      username: `fa-${crypto.randomUUID().slice(0, 8)}`,
    });
    assert.equal(joined.status, 303); // Persian needs the non-joiner
  },
);
