import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  breachedByRangeApi,
  BreachedPasswordsUnavailableError,
} from "../../services/breached_passwords.ts";

function sha1(password: string) {
  return createHash("sha1").update(password).digest("hex").toUpperCase();
}

interface Ask {
  path: string;
  padding: string | null;
}

/** A range API on a port of its own; `answer` makes its answers. */
async function withApi(
  answer: (ask: Ask) => Response | Promise<Response>,
  use: (url: string, asked: Ask[]) => Promise<void>,
) {
  const asked: Ask[] = [];
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => {
      const { pathname } = new URL(request.url);
      const ask = {
        path: pathname,
        padding: request.headers.get("Add-Padding"),
      };
      asked.push(ask);
      return answer(ask);
    },
  );
  await use(`http://127.0.0.1:${server.addr.port}/range/`, asked);
}

/** What the API would answer of these passwords, with a row of padding. */
function rows(counts: Record<string, number>, end = "\r\n") {
  return [
    `${"0".repeat(35)}:3`,
    ...Object.entries(counts).map(([password, count]) =>
      `${sha1(password).slice(5)}:${count}`
    ),
    `${"F".repeat(35)}:0`,
  ].join(end);
}

/** Asks an API that is out of order; gives what it reported. */
async function askTroubled(url: string, timeoutMs = 2000) {
  const errors: Error[] = [];
  const breached = breachedByRangeApi({
    url,
    timeoutMs,
    onUnavailable: (error) => errors.push(error),
  });
  const startedAt = performance.now();
  assert.equal(await breached("a breached password"), false);
  const tookMs = performance.now() - startedAt;
  assert.equal(errors.length, 1);
  const [error] = errors;
  assert.ok(error instanceof BreachedPasswordsUnavailableError);
  const hash = sha1("a breached password");
  assert.ok(!Deno.inspect(error).includes(hash.slice(0, 5)));
  return { message: error.message, tookMs };
}

function neverUnavailable(error: Error) {
  throw error;
}

Deno.test("the range API is told five digits of the hash, and asked to pad its answer (ASVS 6.2.12)", async () => {
  await withApi(
    () => new Response(rows({ "a breached password": 42 })),
    async (url, asked) => {
      const breached = breachedByRangeApi({
        url,
        timeoutMs: 2000,
        onUnavailable: neverUnavailable,
      });
      assert.equal(await breached("a breached password"), true);
      assert.equal(await breached("some other password"), false);
      assert.deepEqual(asked, [
        {
          path: `/range/${sha1("a breached password").slice(0, 5)}`,
          padding: "true",
        },
        {
          path: `/range/${sha1("some other password").slice(0, 5)}`,
          padding: "true",
        },
      ]);
    },
  );
});

Deno.test("a row of the range API that is padding counts for nothing", async () => {
  await withApi(
    () => new Response(rows({ "a breached password": 0 })),
    async (url) => {
      const breached = breachedByRangeApi({
        url,
        timeoutMs: 2000,
        onUnavailable: neverUnavailable,
      });
      assert.equal(await breached("a breached password"), false);
    },
  );
});

Deno.test("the range API's answer may be in lower case and end its lines either way", async () => {
  const answer = rows({ "a breached password": 1 }, "\n").toLowerCase();
  await withApi(() => new Response(answer), async (url) => {
    const breached = breachedByRangeApi({
      url,
      timeoutMs: 2000,
      onUnavailable: neverUnavailable,
    });
    assert.equal(await breached("a breached password"), true);
  });
});

Deno.test("composed and decomposed letters are looked up as the same password", async () => {
  await withApi(
    () => new Response(rows({ "caf\u00e9 au lait": 7 })),
    async (url) => {
      const breached = breachedByRangeApi({
        url,
        timeoutMs: 2000,
        onUnavailable: neverUnavailable,
      });
      assert.equal(await breached("cafe\u0301 au lait"), true);
    },
  );
});

Deno.test("a range API that hangs before its answer lets pass after the timeout", async () => {
  const gate = Promise.withResolvers<Response>();
  await withApi(() => gate.promise, async (url) => {
    const { message, tookMs } = await askTroubled(url, 200);
    assert.equal(message, "timed out");
    assert.ok(tookMs >= 190 && tookMs < 1500, `${tookMs} ms`);
    gate.resolve(new Response());
  });
});

Deno.test("a range API that hangs within its answer lets pass after the timeout", async () => {
  const half = () =>
    new ReadableStream({
      start: (it) =>
        it.enqueue(new TextEncoder().encode(`${"0".repeat(35)}:3\r\n`)),
    });
  await withApi(() => new Response(half()), async (url) => {
    const { message, tookMs } = await askTroubled(url, 200);
    assert.equal(message, "timed out");
    assert.ok(tookMs < 1500, `${tookMs} ms`);
  });
});

Deno.test("a range API that answers an error, elsewhere or something else lets pass", async () => {
  const answers: [() => Response, string][] = [
    [() => new Response("sorry", { status: 500 }), "status 500"],
    [() => new Response("slower", { status: 429 }), "status 429"],
    [() => new Response("<html>Please sign in</html>"), "no range of hashes"],
    [() => new Response(""), "no range of hashes"],
    [
      () =>
        new Response(null, {
          status: 302,
          headers: { Location: "/elsewhere" },
        }),
      "not reached",
    ],
  ];
  for (const [answer, message] of answers) {
    await withApi(answer, async (url, asked) => {
      assert.equal((await askTroubled(url)).message, message);
      assert.equal(asked.length, 1);
    });
  }
});

Deno.test("a range API that refuses the connection lets pass at once", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  const { message, tookMs } = await askTroubled(
    `http://127.0.0.1:${port}/range`,
  );
  assert.equal(message, "not reached");
  assert.ok(tookMs < 1000, `${tookMs} ms`);
});
