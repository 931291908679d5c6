import assert from "node:assert/strict";
import { admin, freePort, ROOT, startProgram } from "./support/process.ts";

const SECRET_KEY = Buffer.alloc(32, 7).toString("base64");

async function setting() {
  const port = freePort();
  const PUBLIC_URL = `http://localhost:${port}`;
  const DATA_DIR = await Deno.makeTempDir();
  return { LISTEN_PORT: String(port), PUBLIC_URL, DATA_DIR, SECRET_KEY };
}

/** Their lines fill a pipe, which holds 64 KiB on Linux, and what the parent reads ahead. */
const REQUESTS = 640;
const AT_ONCE = 16;

for (
  const [what, stdout] of [
    ["has gone away", "closed"],
    ["never reads", "unread"],
    ["has a full disk", { file: "/dev/full" }],
  ] as const
) {
  Deno.test(`the reader of the log ${what}: every page is answered, and SIGTERM ends the program in order`, async () => {
    const environment = await setting();
    const program = await startProgram("start", environment, [], stdout);
    await program.said("Passdesk is ready");
    const answers = new Set<number>();
    for (let n = 0; n < REQUESTS; n += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, async () => {
        const answer = await fetch(`${environment.PUBLIC_URL}/static/none`, {
          signal: AbortSignal.timeout(20_000),
        });
        await answer.body?.cancel();
        answers.add(answer.status);
      }));
    }
    assert.deepEqual([...answers], [404]);
    assert.equal(await program.end(), 0);
    await Deno.remove(environment.DATA_DIR, { recursive: true });
  });
}

Deno.test("the log goes on for a reader that comes back", async () => {
  const environment = await setting();
  const file = `${environment.DATA_DIR}/log`;
  await new Deno.Command("mkfifo", { args: [file] }).output();
  const first = reader(file);
  const program = await startProgram("start", environment, [], { file });
  await program.said("Passdesk is ready");
  assert.equal((await first.next()).event, "embedded_database");
  await first.close();
  for (let n = 0; n < 20; n++) {
    const answer = await fetch(`${environment.PUBLIC_URL}/sign-in`);
    assert.equal(answer.status, 200);
    await answer.body?.cancel();
  }
  const second = reader(file);
  const events = [];
  while (events.filter((it) => it === "request").length < 20) {
    events.push((await second.next()).event);
  }
  assert.ok(!events.includes("log_lines_lost"));
  assert.equal(await program.end(), 0);
  await second.close();
  await Deno.remove(environment.DATA_DIR, { recursive: true });
});

Deno.test("lines beyond what may wait are counted, and the log says how many were lost", async () => {
  const LINES = 5_000;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", `${ROOT.pathname}tests/support/log_flood.ts`, `${LINES}`],
    cwd: ROOT,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = child.stderr.getReader();
  await said.read(); // all is logged, and nobody has read any of it
  said.releaseLock();
  await child.stderr.cancel();
  const lines = (await new Response(child.stdout).text()).trimEnd().split("\n")
    .map((it) => JSON.parse(it));
  const numbers = lines.filter((it) => it.event === "flood").map((it) => it.n);
  const lost = lines.filter((it) => it.event === "log_lines_lost")
    .reduce((sum, it) => sum + it.lines, 0);
  assert.ok(lost > 0 && lost < LINES, `${lost}`);
  assert.equal(numbers.length + lost, LINES + 1);
  assert.deepEqual(numbers, numbers.toSorted((a, b) => a - b));
  assert.equal(lines.at(-1).n, LINES);
  assert.equal((await child.status).code, 0);
});

Deno.test("a command whose answer can't be written ends, and says so", async () => {
  for (const stdout of ["closed", "full"] as const) {
    const { code, stderr } = await admin(["help"], {}, stdout);
    assert.equal(code, 4);
    assert.equal(
      stderr,
      "The answer could not be written to standard output.\n",
    );
  }
});

/** Reads lines of JSON from a file that somebody else writes. */
function reader(file: string) {
  const child = new Deno.Command("cat", { args: [file], stdout: "piped" })
    .spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    async next() {
      while (!text.includes("\n")) text += (await lines.read()).value ?? "";
      const [line] = text.split("\n", 1);
      text = text.slice(line!.length + 1);
      return JSON.parse(line!);
    },
    async close() {
      await lines.cancel(); // then cat has nobody to write to
      try {
        child.kill("SIGKILL");
      } catch {
        // it has ended with the program
      }
      await child.status;
    },
  };
}
