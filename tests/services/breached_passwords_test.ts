import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  breachedByFile,
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

const LINES = 50_000;
const LISTED = Array.from({ length: LINES }, (_, n) => `listed password ${n}`)
  .map((password) => ({ password, hash: sha1(password) }))
  .sort((a, b) => a.hash < b.hash ? -1 : 1);

async function withFile(text: string, use: (path: string) => Promise<void>) {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, text);
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}

const count = (n: number) => 1 + (n * 7919) % 10_000_000;
const lines = LISTED.map(({ hash }, n) => `${hash}:${count(n)}`);
const files: [string, string][] = [
  ["with newlines", `${lines.join("\n")}\n`],
  ["with no last newline", lines.join("\n")],
  ["with CRLF", `${lines.join("\r\n")}\r\n`],
  ["with CRLF and none at its end", lines.join("\r\n")],
  ["in lower case", lines.join("\n").toLowerCase()],
];

for (const [name, text] of files) {
  Deno.test(`every look-up in a file of 50,000 lines ${name} is right`, async () => {
    await withFile(text, async (path) => {
      const breached = breachedByFile({ path });
      const edges = [0, 1, 2, LINES / 2, LINES - 3, LINES - 2, LINES - 1];
      const sample = Array.from({ length: 500 }, (_, n) => n * 100);
      for (const n of [...edges, ...sample]) {
        const { password } = LISTED[n] ?? assert.fail();
        assert.equal(await breached(password), true, password);
      }
      for (let n = 0; n < 500; n++) {
        assert.equal(await breached(`absent password ${n}`), false);
      }
    });
  });
}

Deno.test("what would stand before the first or after the last line of the file is absent", async () => {
  const inner = LISTED.slice(10, -10).map(({ hash }) => `${hash}:1`).join("\n");
  await withFile(inner, async (path) => {
    const breached = breachedByFile({ path });
    for (const { password } of [...LISTED.slice(0, 10), ...LISTED.slice(-10)]) {
      assert.equal(await breached(password), false);
    }
  });
});

Deno.test("files of every small size are searched right", async () => {
  for (let size = 1; size <= 240; size += size < 10 ? 1 : 23) {
    const some = LISTED.slice(0, size);
    await withFile(
      some.map(({ hash }) => `${hash}:1`).join("\r\n"),
      async (path) => {
        const breached = breachedByFile({ path });
        for (const { password } of some) {
          assert.equal(await breached(password), true);
        }
        assert.equal(await breached(LISTED[size]?.password ?? ""), false);
      },
    );
  }
});

Deno.test("a line of the file with count 0 counts for nothing", async () => {
  await withFile(`${sha1("a password")}:0\n`, async (path) => {
    assert.equal(await breachedByFile({ path })("a password"), false);
  });
});

Deno.test("a file that is replaced while the program runs is read anew", async () => {
  await withFile(`${sha1("an old password")}:1\n`, async (path) => {
    const breached = breachedByFile({ path });
    assert.equal(await breached("a new password"), false);
    await Deno.writeTextFile(`${path}.new`, `${sha1("a new password")}:1\n`);
    await Deno.rename(`${path}.new`, path);
    assert.equal(await breached("a new password"), true);
  });
});

Deno.test("a file that is missing, empty or something else is an error, not a clean password", async () => {
  await assert.rejects(
    breachedByFile({ path: "/nowhere/at/all" })("x"),
    Deno.errors.NotFound,
  );
  for (
    const text of [
      "",
      "\n",
      "hello\n",
      "hello, this is no list\n".repeat(1000),
      "x".repeat(10_000),
    ]
  ) {
    await withFile(text, async (path) => {
      await assert.rejects(breachedByFile({ path })("x"), TypeError);
    });
  }
});
