import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { connectPostgres, rows } from "../db/client.ts";
import { listen } from "../routes/listen.ts";
import { apiToken } from "./support/api.ts";
import { program } from "./support/app.ts";
import {
  freshDatabaseUrl,
  POSTGRES_SETTINGS,
  testOnPostgres,
} from "./support/database.ts";
import { embedded } from "./support/embedded.ts";
import { person } from "./support/people.ts";
import { freePort, startProgram } from "./support/process.ts";

/** A client that sends raw text, piece by piece, and collects what comes back until the connection ends. */
async function client(port: number, pieces: string[], pauseMs = 100) {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const bytes = (text: string) => new TextEncoder().encode(text);
  const answer = new Response(connection.readable).text().catch(() => "");
  const sending = (async () => {
    for (const piece of pieces) {
      try {
        const all = bytes(piece);
        for (let sent = 0; sent < all.length;) {
          sent += await connection.write(all.subarray(sent));
        }
      } catch {
        return; // the server has cut it
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  })();
  return {
    answer,
    sending,
    cut: () => connection.close(),
  };
}

/** The program on a socket, with deadlines that a test can wait for. */
async function served(environment: Record<string, string> = {}) {
  const connection = await embedded();
  const port = freePort();
  const running = program(connection, {
    PUBLIC_URL: `http://localhost:${port}`,
    ...environment,
  });
  const listener = await listen(running.app.fetch, {
    hostname: "127.0.0.1",
    port,
    deadlines: { header: 1, body: () => 1, idle: 1, silent: 20 },
    log: running.services.log,
  });
  return {
    ...running,
    port,
    post: (length: number) =>
      `POST /sign-in HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${length}\r\n\r\n`,
    get: `GET /sign-in HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`,
    async close() {
      await listener.close(5_000);
      await connection.close();
    },
  };
}

/** A second piece each tenth of a second, for much longer than a deadline. */
const dripped = Array.from({ length: 600 }, (_, n) => `x${n}: y\r\n`);

Deno.test("connections that are idle, slow or half sent are closed, each at its deadline (ASVS 15.2.2)", async () => {
  const server = await served();
  const { port, post, get } = server;
  const clients = {
    nothing: await client(port, []),
    "half a header": await client(port, ["GET / HT"]),
    "a header without an end": await client(port, [
      `GET / HTTP/1.1\r\n`,
      ...dripped,
    ]),
    idle: await client(port, [get]),
    "a body that stops": await client(port, [post(1_000) + "abc"]),
    "a body without an end": await client(port, [post(60_000), ...dripped]),
  };
  const answers = await Promise.all(
    Object.values(clients).map((it) => it.answer),
  );
  assert.match(answers[3]!, /^HTTP\/1\.1 200 /);
  for (const at of [4, 5]) assert.match(answers[at]!, /^HTTP\/1\.1 408 /);
  const after = await fetch(`http://localhost:${port}/sign-in`);
  assert.equal(after.status, 200);
  await after.body?.cancel();
  const { log } = server;
  assert.deepEqual(log.filter((it) => it.level !== "info"), []);
  assert.ok(log.some((it) => it.event === "connection_cut"));
  assert.ok(!JSON.stringify(log).includes("stack"));
  await server.close();
});

Deno.test("a body that breaks off, and what is no HTTP, are lines of level info without a stack (ASVS 16.5.3)", async () => {
  const server = await served();
  const { port, post, log } = server;
  for (
    const path of ["/sign-in", "/api/v1/users", "/scim/v2/Users", "/nowhere"]
  ) {
    const text = post(5_000).replace("/sign-in", path);
    const it = await client(port, [text + "name=abc"]);
    await it.sending;
    it.cut();
  }
  const chunked = await client(port, [
    post(5_000).replace(/Content-Length: .*/, "Transfer-Encoding: chunked"),
    "5\r\nname=\r\n",
  ]);
  await chunked.sending;
  chunked.cut();
  for (const text of ["\0\0\0\0\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "a"]) {
    const it = await client(port, [text, "\r\n\r\n"]);
    await it.sending;
    await it.answer;
  }
  const deadline = Date.now() + 5_000;
  const cut = () => log.filter((it) => it.event === "request" && it.cut);
  while (cut().length < 2 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(cut().length >= 2, JSON.stringify(log));
  assert.deepEqual(log.filter((it) => it.level !== "info"), []);
  assert.ok(!JSON.stringify(log).includes("stack"));
  await server.close();
});

Deno.test("what no browser sends is answered by a status that says why", async () => {
  const server = await served();
  const { port, log } = server;
  const host = `Host: localhost:${port}\r\n`;
  for (
    const [text, status] of [
      [`GET /health/live HTTP/1.0\r\n\r\n`, 200],
      [`GET /sign-in HTTP/1.0\r\n\r\n`, 421],
      [`GET /sign-in HTTP/1.1\r\n\r\n`, 400],
      [`GET /sign-in HTTP/1.1\r\n${host}Host: evil.example\r\n\r\n`, 400],
      [`GET http://evil.example/sign-in HTTP/1.1\r\n${host}\r\n`, 421],
      [`GET /?${"a".repeat(30_000)} HTTP/1.1\r\n${host}\r\n`, 431],
    ] as const
  ) {
    const { answer } = await client(port, [text]);
    assert.match(await answer, new RegExp(`^HTTP/1\\.1 ${status} `), text);
  }
  assert.deepEqual(log.filter((it) => it.level !== "info"), []);
  await server.close();
});

testOnPostgres(
  "a stream that fails is cut: nobody reads of the error in it, and it is in the log",
  async ({ db }) => {
    const port = freePort();
    const PUBLIC_URL = `http://localhost:${port}`;
    const { app, log, services } = program({ db }, { PUBLIC_URL });
    const listener = await listen(app.fetch, {
      hostname: "127.0.0.1",
      port,
      deadlines: { header: 5, body: () => 5, idle: 5, silent: 5 },
      log: services.log,
    });
    const { id: ownerId } = await person(db, { permissions: ["audit_log"] });
    const { text: token } = await apiToken(db, { ownerId });
    await db.execute(sql`
      insert into audit_events (id, at, event, address, request_id)
      select ('0192' || substr(gen_random_uuid()::text, 5))::uuid,
        now() - interval '2 hours', 'user_updated', '192.0.2.1', repeat('x', 300)
      from generate_series(1, 30000) n`);
    const answer = await fetch(`${PUBLIC_URL}/api/v1/audit-events/stream`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    assert.equal(answer.status, 200);
    const reader = answer.body!.pipeThrough(new TextDecoderStream())
      .getReader();
    let text = (await reader.read()).value!;
    await db.execute(sql`alter table audit_events rename to hidden_events`);
    await assert.rejects(async () => {
      while (true) {
        const { done, value } = await reader.read();
        if (done) return;
        text += value;
      }
    });
    await db.execute(sql`alter table hidden_events rename to audit_events`);
    assert.ok(!/Error|audit_events|select/.test(text), text.slice(-200));
    assert.deepEqual(
      log.filter((it) => it.level === "error").map((it) => it.event),
      ["stream_failed"],
    );
    await listener.close(1_000);
  },
);

Deno.test("a client that stops reading an answer is cut", async () => {
  const cancelled = Promise.withResolvers<void>();
  const listener = await listen(
    () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
          cancel: () => cancelled.resolve(),
        }),
      ),
    {
      hostname: "127.0.0.1",
      port: 0,
      deadlines: { header: 5, body: () => 5, idle: 5, silent: 1 },
      log: () => {},
    },
  );
  const { port } = listener.address;
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(
    new TextEncoder().encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
  );
  await cancelled.promise; // for ever, were it not cut
  connection.close();
  await listener.close(1_000);
});

testOnPostgres(
  "SIGTERM cuts what is half sent, answers what is whole, closes the database and ends with 0",
  async () => {
    const url = await freshDatabaseUrl();
    const port = freePort();
    const PUBLIC_URL = `http://localhost:${port}`;
    const running = await startProgram("start", {
      DATABASE_URL: url,
      LISTEN_PORT: String(port),
      PUBLIC_URL,
      DATA_DIR: await Deno.makeTempDir(),
      SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
    });
    await running.said("Passdesk is ready");
    const head = `POST /sign-in HTTP/1.1\r\nHost: localhost:${port}\r\n`;
    const half = [
      await client(port, [`${head}Content-Length: 5000\r\n\r\nabc`]),
      await client(port, [head]),
      await client(port, []),
    ];
    await Promise.all(half.map((it) => it.sending));
    const answered = await fetch(`${PUBLIC_URL}/sign-in`);
    await answered.body?.cancel(); // its connection stays open, idle

    const other = await connectPostgres({
      ...POSTGRES_SETTINGS,
      url,
      poolSize: 1,
    });
    const begun = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const held = other.db.transaction(async (tx) => {
      await tx.execute(sql`lock table users in access exclusive mode`);
      begun.resolve();
      await released.promise;
    });
    await begun.promise;
    const whole = await client(port, [
      `GET /sign-in HTTP/1.1\r\nHost: localhost:${port}\r\nCookie: passdesk-session=01a212f1-126c-706e-ab71-2600e073886b.${
        "a".repeat(43)
      }\r\nConnection: close\r\n\r\n`,
    ]);
    await whole.sending;
    const ending = running.end();
    await Promise.all(half.map((it) => it.answer)); // while the whole one waits for the lock
    released.resolve();
    await held;
    assert.match(await whole.answer, /^HTTP\/1\.1 200 /);
    assert.equal(await ending, 0);
    assert.match(running.output.stdout, /"event":"system_shutdown"/);
    assert.ok(!running.output.stdout.includes('"level":"error"'));
    assert.deepEqual(
      await rows(
        other.db,
        sql`select count(*)::int as others from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`,
      ),
      [{ others: 0 }],
    );
    await other.close();
  },
);
