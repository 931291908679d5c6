import assert from "node:assert/strict";
import { listen, type Listener } from "../routes/listen.ts";

/** A handler on a socket, and a connection to it. */
async function connected(handler: (request: Request) => Promise<Response>) {
  const cut = Promise.withResolvers<unknown>();
  const listener = await listen(handler, {
    hostname: "127.0.0.1",
    port: 0,
    deadlines: { header: 5, body: () => 1, idle: 5, silent: 20 },
    log: (_level, _event, fields) => cut.resolve(fields?.code),
  });
  const connection = await Deno.connect(
    listener.address as Deno.ConnectOptions,
  );
  return { listener, connection, wasCut: cut.promise };
}

async function send(connection: Deno.Conn, text: string) {
  const all = new TextEncoder().encode(text);
  for (let sent = 0; sent < all.length;) {
    sent += await connection.write(all.subarray(sent));
  }
}

const get = (path: string, more = "") =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;

const paths = (text: string) =>
  [...text.matchAll(/\r\n\r\n(\/\d+)/g)].map((it) => it[1]);

async function end(listener: Listener, connection: Deno.Conn) {
  connection.close();
  await listener.close(1_000);
}

Deno.test("requests that a client pipelines are answered in their order, one at a time (RFC 9112, 9.3.2; ASVS 15.2.2)", async () => {
  let running = 0;
  let most = 0;
  const { listener, connection } = await connected(async (request) => {
    most = Math.max(most, ++running);
    const body = await request.text();
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
    return new Response(`${new URL(request.url).pathname}${body}`);
  });
  const requests = Array.from(
    { length: 99 },
    (_, n) =>
      n % 3 === 0
        ? get(`/${n}`, "Content-Length: 3\r\n").replace("GET", "POST") + "abc"
        : get(`/${n}`),
  );
  const sending = send(
    connection,
    requests.join("") + get("/99", "Connection: close\r\n"),
  );
  const answer = await new Response(connection.readable).text();
  await sending;
  assert.deepEqual(
    paths(answer),
    Array.from({ length: 100 }, (_, n) => `/${n}`),
  );
  assert.equal(most, 1);
  await listener.close(1_000);
});

Deno.test("a client that pipelines more and more, and never reads, is cut", async () => {
  let answered = 0;
  const { listener, connection, wasCut } = await connected(() => {
    answered++;
    return Promise.resolve(new Response("a".repeat(100_000)));
  });
  await send(connection, get("/").repeat(5_000));
  assert.equal(await wasCut, "TOO_MANY_UNANSWERED");
  assert.ok(answered < 100, `${answered}`);
  connection.close();
  await listener.close(1_000);
});

Deno.test("a listener that closes answers what is pipelined and whole, and no more", async () => {
  const begun = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const { listener, connection } = await connected(async (request) => {
    begun.resolve();
    await released.promise;
    return new Response(new URL(request.url).pathname);
  });
  await send(
    connection,
    get("/1") + get("/2") + get("/3", "Content-Length: 9\r\n"),
  );
  await begun.promise;
  const closed = listener.close(5_000);
  released.resolve();
  const answer = await new Response(connection.readable).text();
  assert.deepEqual(paths(answer), ["/1", "/2"]);
  await closed;
});

Deno.test("no answer is put in front of one that is awaited, or behind the last one", async () => {
  const released = Promise.withResolvers<void>();
  const { listener, connection } = await connected(async () => {
    await released.promise;
    return new Response("/1");
  });
  await send(connection, get("/1") + "no HTTP\r\n\r\n");
  const garbled = await new Response(connection.readable).text();
  assert.equal(garbled, ""); // it would be taken for the answer to the first
  released.resolve();
  await listener.close(1_000);

  const early = await connected(() => Promise.resolve(new Response("/1")));
  await send(early.connection, get("/1", "Content-Length: 9\r\n") + "abc");
  const answer = await new Response(early.connection.readable).text();
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.ok(!answer.includes("408"), answer);
  await early.listener.close(1_000);
});

Deno.test("a header behind 1,000 others is seen (ASVS 15.3.4)", async () => {
  const { listener, connection } = await connected((request) =>
    Promise.resolve(
      new Response(`/${request.headers.get("X-Forwarded-For")?.length}`),
    )
  );
  const many = "a:b\r\n".repeat(1_900);
  await send(connection, get("/", `${many}X-Forwarded-For: 203.0.113.9\r\n`));
  const buffer = new Uint8Array(1_000);
  const length = await connection.read(buffer);
  const answer = new TextDecoder().decode(buffer.subarray(0, length!));
  assert.deepEqual(paths(answer), ["/11"]);
  await end(listener, connection);

  const other = await connected(() => Promise.resolve(new Response("/1")));
  await send(other.connection, get("/", `${many}Host: evil.example\r\n`));
  const refused = await new Response(other.connection.readable).text();
  assert.match(refused, /^HTTP\/1\.1 400 /);
  await other.listener.close(1_000);
});
