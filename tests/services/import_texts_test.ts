import assert from "node:assert/strict";
import { eq } from "drizzle-orm";
import { jobChunks } from "../../db/schema_programs.ts";
import { judgeForeignHash } from "../../services/foreign_hashes.ts";
import type { ImportFormat } from "../../services/import_lines.ts";
import { runNextJob } from "../../services/job_worker.ts";
import { testOnEach } from "../support/database.ts";
import { jobDesk, jobOf, upload, userOf } from "../support/jobs.ts";

type Connection = Parameters<Parameters<typeof testOnEach>[1]>[0];

async function run(
  connection: Connection,
  text: string,
  format: ImportFormat,
) {
  const { db } = connection;
  const { services, actor } = await jobDesk(connection);
  const id = await upload(services, actor, text, { format, batch: 100 });
  assert.equal(await runNextJob(services), 1);
  const chunks = await db.select().from(jobChunks)
    .where(eq(jobChunks.jobId, id));
  assert.deepEqual(chunks, []);
  return await jobOf(services, id);
}

testOnEach(
  "fields with names that no database takes are told as well as they can be",
  async (connection) => {
    const names = [
      "a\0b",
      "\ud800",
      "x".repeat(59) + "\u{1F600}",
      "x".repeat(60) + "\u{1F600}",
      "line\nfeed",
    ];
    const text = names.flatMap((it) => [{ [it]: "x" }, { [it]: 1 }])
      .map((it) => JSON.stringify(it)).join("\n");
    const { state, problems } = await run(connection, text, "ndjson");
    assert.equal(state, "done");
    const told = problems.filter((it) => !/^\d+ (user)?name /.test(it));
    assert.deepEqual(told, [
      "1 a\ufffdb is no field of a user",
      "2 a\ufffdb is no text",
      "3 \ufffd is no field of a user",
      "4 \ufffd is no text",
      `5 ${"x".repeat(59)}\u{1F600} is no field of a user`,
      `6 ${"x".repeat(59)}\u{1F600} is no text`,
      `7 ${"x".repeat(60)} is no field of a user`,
      `8 ${"x".repeat(60)} is no text`,
      "9 line\ufffdfeed is no field of a user",
      "10 line\ufffdfeed is no text",
    ]);
  },
);

testOnEach(
  "a value that no database takes is a bad line, not a failed import",
  async (connection) => {
    const bad = ["a\0b", "\ud800", "\udc00x"];
    const salt = (it: string) =>
      `pbkdf2_sha256$1000$aaaaaaaa${it}$${"A".repeat(43)}=`;
    const lines = bad.flatMap((it) => [
      { username: it, name: "N" },
      { username: "u", name: it },
      { username: "u", name: "N", email: `${it}@example.org` },
      { username: "u", name: "N", external_id: it },
      { username: "u", name: "N", attributes: { department: it } },
      { username: "u", name: "N", password_hash: salt(it) },
      { username: "u", name: "N", disabled: it },
    ]);
    const text = lines.map((it) => JSON.stringify(it)).join("\n");
    const { state, counts, problems } = await run(connection, text, "ndjson");
    assert.equal(state, "done");
    assert.deepEqual(counts, [lines.length, 0, 0, lines.length]);
    const told = new Set(problems.map((it) => Number(it.split(" ")[0])));
    assert.equal(told.size, lines.length, problems.join("\n"));
    assert.equal(await userOf(connection.db, "u"), undefined);
    for (const it of bad) {
      const judged = judgeForeignHash(salt(it), Infinity);
      assert.equal(judged.ok ? "" : judged.failure.reason, "unknown_form");
    }
  },
);

for (
  const header of [
    "username,name,a\0b",
    `username,name,${"x".repeat(59)}\u{1F600}`,
    'username,"name\0"x',
  ]
) {
  testOnEach(
    `a header that no database takes ends the import with a reason: ${
      JSON.stringify(header)
    }`,
    async (connection) => {
      const { state, failure } = await run(
        connection,
        `${header}\nx,y,z\n`,
        "csv",
      );
      assert.equal(state, "failed");
      assert.match(failure!, /There is no column|The CSV can't be read/);
    },
  );
}
