import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { breachedByFile } from "../../services/breached_passwords.ts";

function sha1(password: string) {
  return createHash("sha1").update(password).digest("hex").toUpperCase();
}

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
