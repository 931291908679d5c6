import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { connectPostgres } from "../../db/client.ts";
import { createPasswordHasher } from "../../services/password_hash.ts";
import { browser, program } from "../support/app.ts";
import {
  freshDatabaseUrl,
  POSTGRES_SETTINGS,
  testOnEach,
  testOnPostgres,
} from "../support/database.ts";
import { person } from "../support/people.ts";

testOnEach(
  "a full line of hashes is a page with 503 and Retry-After, and nothing piles up (ASVS 15.2.2)",
  async (connection) => {
    const running = program(
      connection,
      {},
      createPasswordHasher({
        parameters: { memoryKib: 19_456, iterations: 4, parallelism: 1 },
        width: 1,
        maxWaiting: 2,
      }),
    );
    // Nobody costs what today's parameters cost; the people of the tests have cheaper hashes.
    const nobody = {
      ...await person(connection.db),
      username: "nobody.at.all",
    };
    const visitors = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        const visitor = browser(running, { address: `10.3.3.${n}` });
        await visitor.get("/sign-in");
        return visitor;
      }),
    );
    const answers = await Promise.all(
      visitors.map((it) => it.signIn(nobody)),
    );
    const busy = answers.filter((it) => it.status === 503);
    assert.ok(busy.length > 0 && busy.length < 12);
    assert.ok(answers.every((it) => it.status === 503 || it.status === 422));
    for (const it of busy) {
      assert.ok(Number(it.headers.get("retry-after")) >= 1);
      assert.match(await it.text(), /Not able to answer at the moment/);
    }
    assert.equal(
      (await browser(running).signIn(nobody)).status,
      422,
    );
  },
);

testOnPostgres(
  "a request that waits too long is answered by 503, and the next one works",
  async (connection) => {
    const { db } = connection;
    const running = program(connection, { REQUEST_TIMEOUT_SECONDS: "1" });
    const visitor = browser(running);
    await visitor.signIn(
      await person(db, { permissions: ["user_management"] }),
    );
    await db.transaction(async (tx) => {
      await tx.execute(sql`lock table users in access exclusive mode`);
      const response = await visitor.get("/users");
      assert.equal(response.status, 503);
      assert.ok(response.headers.get("retry-after"));
      assert.match(
        response.headers.get("content-security-policy")!,
        /default-src/,
      );
    });
    assert.equal((await visitor.get("/users")).status, 200);
  },
);

testOnPostgres(
  "connections that the server ends are an outage, not a bug, and come back by themselves (ASVS 16.5.2)",
  async () => {
    const url = await freshDatabaseUrl();
    const settings = { ...POSTGRES_SETTINGS, connectTimeoutSeconds: 1 };
    const connection = await connectPostgres({ ...settings, url, poolSize: 2 });
    const other = await connectPostgres({ ...settings, url, poolSize: 1 });
    const running = program(connection, { REQUEST_TIMEOUT_SECONDS: "2" });
    const visitor = browser(running);
    await visitor.signIn(
      await person(connection.db, { permissions: ["user_management"] }),
    );
    for (let round = 0; round < 3; round++) {
      const under = [visitor.get("/users"), visitor.get("/users")];
      await other.db.execute(sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`);
      for (const { status } of await Promise.all(under)) {
        assert.ok(
          [200, 503].includes(status),
          `${status} ${
            JSON.stringify(running.log.filter((it) => it.level === "error"))
          }`,
        );
      }
    }
    let last = 503;
    for (let tries = 0; last === 503 && tries < 10; tries++) {
      last = (await visitor.get("/users")).status;
    }
    assert.equal(last, 200);
    assert.ok(running.log.every((it) => it.level !== "error"));
    await connection.close();
    await other.close();
  },
);

testOnPostgres(
  "an outage is told once a second with a count, however many requests it fails",
  async (connection) => {
    const { db } = connection;
    const running = program(connection, { REQUEST_TIMEOUT_SECONDS: "1" });
    const visitor = browser(running);
    const desk = await person(db, { permissions: ["user_management"] });
    await visitor.signIn(desk);
    const strangers = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const it = browser(running);
        await it.get("/sign-in");
        return it;
      }),
    );
    const REQUESTS = 100;
    let answers: number[] = [];
    await db.transaction(async (tx) => {
      await tx.execute(sql`lock table users in access exclusive mode`);
      answers = (await Promise.all([
        ...Array.from({ length: REQUESTS }, () => visitor.get("/users")),
        ...strangers.map((it) => it.signIn(desk)),
      ])).map((it) => it.status);
    });
    assert.deepEqual([...new Set(answers)], [503]);
    const told = () => running.log.filter((it) => it.event === "overloaded");
    const times = () => told().reduce((sum, it) => sum + Number(it.times), 0);
    const deadline = Date.now() + 10_000;
    while (times() < answers.length && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal(times(), answers.length);
    assert.ok(told().length <= 5, `${told().length} lines`);
    assert.ok(told().every((it) => it.requestId && it.level === "warning"));
    assert.deepEqual(running.log.filter((it) => it.level === "error"), []);
  },
);
