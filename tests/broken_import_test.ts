import assert from "node:assert/strict";
import { desc } from "drizzle-orm";
import { jobs } from "../db/schema_programs.ts";
import { importFile } from "../services/import_command.ts";
import { runNextJob } from "../services/job_worker.ts";
import type { Services } from "../services/context.ts";
import { testOnEach } from "./support/database.ts";
import { jobDesk, jobOf, upload } from "./support/jobs.ts";

const HEADER = "username,name,email\n";
const row = (at: number) => `broken${at},User ${at},\n`;
const rows = (count: number) =>
  Array.from({ length: count }, (_, at) => row(at)).join("");

const CASES = [
  [
    "a quote within a text",
    `${HEADER}a,Robert "Bob" Quote,\n${row(1)}`,
    /^The CSV can't be read on from line 2: a text with quotes .*\.$/,
  ],
  [
    "a quote that is never closed",
    `${HEADER}${row(0)}${row(1)}a,"Nell Open,\n${rows(58)}`,
    /^The CSV can't be read on from line 4: the quote .* never closed\.$/,
  ],
  [
    "the same with thousands of lines behind it",
    `${HEADER}${row(0)}${row(1)}a,"Nell Open,\n${rows(6_000)}`,
    /^The CSV can't be read on from line 4: the quote .* isn't closed within \d+ characters\.$/,
  ],
] as const;

async function importText(
  services: Services,
  text: string | Uint8Array,
  ...args: string[]
) {
  const file = await Deno.makeTempFile({ suffix: ".csv" });
  const told = { printed: [] as string[], said: [] as string[] };
  try {
    await Deno.writeFile(
      file,
      typeof text === "string" ? new TextEncoder().encode(text) : text,
    );
    const run = () =>
      importFile(services, {
        args: [file, ...args],
        folder: "/",
        print: (line) => told.printed.push(line),
        say: (line) => told.said.push(line),
      });
    const codes = [await run(), await run()];
    return { codes, ...told };
  } finally {
    await Deno.remove(file);
  }
}

for (const [what, text, reason] of CASES) {
  testOnEach(
    `a broken CSV ends its import with the line where it begins to go wrong: ${what}`,
    async (connection) => {
      const { services, actor } = await jobDesk(connection);
      const id = await upload(services, actor, text, { batch: 1_000 });
      assert.equal(await runNextJob(services), 1);
      const { state, failure } = await jobOf(services, id);
      assert.equal(state, "failed");
      assert.match(failure!, reason);

      const { codes, said } = await importText(services, text);
      assert.deepEqual(codes, [1, 1]);
      assert.equal(said.length, 2);
      for (const it of said) assert.match(it, reason);
      const [last] = await connection.db.select().from(jobs)
        .orderBy(desc(jobs.id)).limit(1);
      assert.deepEqual([last!.state, last!.failure], ["failed", said[1]]);
    },
  );
}

testOnEach(
  "a command that failed behind its first batches goes on there, and tells the same line",
  async (connection) => {
    const { services } = await jobDesk(connection);
    const name = `resumed-${crypto.randomUUID().slice(0, 8)}`;
    const text = `${HEADER}${name}a,A,\n${name}b,B,\n${name}c,C "x",\n`;
    const { codes, said } = await importText(services, text, "--batch", "1");
    assert.deepEqual(codes, [1, 1]);
    assert.match(said[0]!, /from line 4:/);
    assert.match(said[1]!, /^Before that: 2 read, 2 good/);
    assert.match(said[2]!, /^Goes on behind line [23]\.$/);
    assert.match(said[3]!, /from line 4:/);
  },
);

testOnEach("the ends of lines may differ in a file", async (connection) => {
  const { services } = await jobDesk(connection);
  for (
    const text of [
      "username,name,email\r\nends.a,A,\nends.b,B,\n",
      "username,name,email\nends.a,A,\r\nends.b,B,\r\n",
      "username,name,email\rends.a,A,\r\nends.b,B,\n",
    ]
  ) {
    const { codes, printed, said } = await importText(
      services,
      text,
      "--dry-run",
    );
    assert.deepEqual([codes, printed], [[0, 0], []], said.join());
  }
});

testOnEach("a CSV in UTF-16 is read by its mark", async (connection) => {
  const { services } = await jobDesk(connection);
  const text = "\ufeffusername,name,email\r\nwide,Żaneta,\r\n";
  const units = new DataView(new ArrayBuffer(2 * text.length));
  for (const littleEndian of [true, false]) {
    for (let at = 0; at < text.length; at++) {
      units.setUint16(2 * at, text.charCodeAt(at), littleEndian);
    }
    const bytes = new Uint8Array(units.buffer);
    const { codes, said } = await importText(services, bytes, "--dry-run");
    assert.deepEqual(codes, [0, 0], said.join());
  }
});

testOnEach(
  "whatever throws ends a job with a reason, and never its secret",
  async (connection) => {
    const { services, actor, log } = await jobDesk(connection);
    const broken: Services = {
      ...services,
      settings: {
        ...services.settings,
        get USER_ATTRIBUTES(): never {
          throw new TypeError("a fault of ours");
        },
      },
    };
    const text = `${HEADER}a,A,\n`;
    const id = await upload(services, actor, text);
    assert.equal(await runNextJob(broken), 1);
    const { state, failure } = await jobOf(services, id);
    assert.equal(state, "failed");
    assert.match(failure!, new RegExp(`^A fault of Passdesk .* ${id}\\.$`));

    const { codes, said } = await importText(broken, text);
    assert.deepEqual(codes, [1, 1]);
    const [last] = await connection.db.select().from(jobs)
      .orderBy(desc(jobs.id)).limit(1);
    assert.deepEqual([last!.state, last!.failure], ["failed", said[1]]);
    assert.equal(log.filter((it) => it.event === "job_failed").length, 3);
  },
);

testOnEach(
  "a command of which nothing was heard for a day has ended, and is taken up again",
  async (connection) => {
    const { db } = connection;
    const { endAbandonedJobs, insertJob, resumeJob } = await import(
      "../db/jobs.ts"
    );
    const input = { sha256: crypto.randomUUID() };
    const wanted = { kind: "import" as const, input };
    const none = { actorId: null, tokenId: null };
    const id = await insertJob(db, { ...wanted, state: "running", ...none });
    const { services } = await jobDesk(connection);
    await endAbandonedJobs(db);
    assert.equal((await jobOf(services, id)).state, "running");
    const { eq, sql } = await import("drizzle-orm");
    await db.update(jobs).set({
      cursor: "5",
      leasedUntil: sql`now() - interval '25 hours'`,
    }).where(eq(jobs.id, id));
    await endAbandonedJobs(db);
    assert.equal((await jobOf(services, id)).state, "failed");
    const taken = await resumeJob(db, wanted);
    assert.deepEqual([taken!.id, taken!.cursor], [id, "5"]);
    assert.equal((await jobOf(services, id)).state, "running");
  },
);
