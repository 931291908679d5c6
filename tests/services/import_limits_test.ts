import assert from "node:assert/strict";
import { eq, inArray, sql } from "drizzle-orm";
import { deleteOldJobs, endJob, leaseJob } from "../../db/jobs.ts";
import { jobProblems, jobs } from "../../db/schema_programs.ts";
import { readBatches } from "../../services/import_batches.ts";
import { readRecords } from "../../services/import_lines.ts";
import {
  JobLeftError,
  readUpload,
  receiveImport,
} from "../../services/import_uploads.ts";
import { runNextJob } from "../../services/job_worker.ts";
import { getJob, requestPasswordRequirement } from "../../services/jobs.ts";
import { testOnEach } from "../support/database.ts";
import {
  contextOf,
  dropLease,
  jobDesk,
  jobOf,
  upload,
} from "../support/jobs.ts";
import { person } from "../support/people.ts";

/** A record of so many fields that no user has. */
function strange(fields: number, value: unknown) {
  return JSON.stringify(Object.fromEntries(
    Array.from({ length: fields }, (_, at) => [`field${at}`, value]),
  ));
}

const options = {
  format: "ndjson" as const,
  dryRun: false,
  skipExisting: false,
  batch: 1_000,
};

testOnEach(
  "of a line with thousands of wrong fields twenty are told",
  async (connection) => {
    const { services, actor } = await jobDesk(connection);
    const text = `${strange(3_000, 1)}\n${strange(3_000, "x")}\n`;
    const id = await upload(services, actor, text, options);
    await runNextJob(services);
    const { state, counts, problems } = await jobOf(services, id);
    assert.deepEqual([state, counts], ["done", [2, 0, 0, 2]]);
    assert.equal(problems.filter((it) => it.startsWith("2 ")).length, 20);
    assert.equal(problems.filter((it) => it.startsWith("3 ")).length, 0);
    assert.equal(problems.length, 40);
  },
);

Deno.test("problems are gathered as long as there is room for them; the batches behind are bad all the same", async () => {
  const bytes = new Blob([`${strange(30, 1)}\n`.repeat(2_000)]).stream();
  const batches = await Array.fromAsync(
    readBatches(bytes, {
      options,
      attributes: [],
      dearest: Infinity,
      after: 0,
    }),
  );
  assert.deepEqual(
    batches.map((it) => [it.records, it.problems.length, it.bad]),
    [[1_000, 10_000, true], [1_000, 0, true]],
  );
});

for (const format of ["csv", "ndjson"] as const) {
  Deno.test(`a file of empty lines leaves the event loop its turns: ${format}`, async () => {
    let turns = 0;
    let reading = true;
    const count = () => {
      turns++;
      if (reading) setImmediate(count);
    };
    const text = (format === "csv" ? "username,name\n" : "") +
      "\n".repeat(1024 * 1024);
    const bytes = (async function* () {
      await Promise.resolve();
      count();
      yield new TextEncoder().encode(text); // in one piece
    })();
    const records = await Array.fromAsync(
      readRecords(bytes, { format, attributes: [], after: 0 }),
    );
    reading = false;
    assert.deepEqual(records, []);
    assert.ok(turns > 10, `${turns}`);
  });

  testOnEach(
    `a file of empty lines is left where its worker stops or has lost its lease: ${format}`,
    async (connection) => {
      const { db } = connection;
      const { services, actor } = await jobDesk(connection);
      const text = (format === "csv" ? "username,name\n" : "") +
        "\n".repeat(5_000);
      const id = await upload(services, actor, text, { ...options, format });
      assert.equal(await runNextJob(services, AbortSignal.abort()), 1);
      assert.equal((await jobOf(services, id)).state, "running");
      const late = (await leaseJob(db, { leaseSeconds: 60 }))!;
      assert.equal(late.id, id); // given away as it was left
      const { signal } = new AbortController();
      const pieces = readUpload(services, late, signal);
      assert.equal((await pieces.next()).done, false);
      await dropLease(db, id);
      assert.equal(await runNextJob(services), 1);
      assert.equal((await jobOf(services, id)).state, "done");
      await assert.rejects(pieces.next(), JobLeftError);
    },
  );
}

testOnEach(
  "a lease begins anew with each piece of the file",
  async (connection) => {
    const { db } = connection;
    const { services, actor } = await jobDesk(connection);
    await upload(services, actor, "username,name\n", options);
    const job = (await leaseJob(db, { leaseSeconds: 0 }))!;
    const { signal } = new AbortController();
    await readUpload(services, job, signal).next();
    assert.equal(await leaseJob(db, { leaseSeconds: 0 }), null);
    await endJob(db, { id: job.id, state: "cancelled" });
  },
);

testOnEach(
  "of one user three imports at most wait or run",
  async (connection) => {
    const { services, actor } = await jobDesk(connection);
    const another = () =>
      upload(services, actor, "username,name\n", { ...options, format: "csv" });
    const ids = [await another(), await another(), await another()];
    await assert.rejects(another(), /too_many/);
    await jobDesk(connection).then((other) =>
      upload(other.services, other.actor, "username,name\n")
    ); // somebody else's
    for (let at = 0; at < 4; at++) await runNextJob(services);
    assert.equal((await jobOf(services, ids[2]!)).state, "done");
    await another();
    await runNextJob(services);
  },
);

testOnEach(
  "new passwords are required before a file is imported that waits longer",
  async (connection) => {
    const { db } = connection;
    const { services, actor } = await jobDesk(connection);
    const imported = await upload(services, actor, "username,name\n");
    const context = contextOf(services);
    const { id } = await person(db);
    const whom = { ids: [id] };
    const asked = await requestPasswordRequirement(context, { actor, whom });
    assert.ok(asked.ok);
    await runNextJob(services);
    assert.equal((await jobOf(services, asked.value)).state, "done");
    assert.equal((await jobOf(services, imported)).state, "queued");
    await runNextJob(services);
  },
);

testOnEach(
  "a job is deleted with its problems ninety days after it has ended, and not before",
  async (connection) => {
    const { db } = connection;
    const { services, actor } = await jobDesk(connection);
    const ended = async (days: number) => {
      const id = await upload(services, actor, "username,name\n?,\n");
      await runNextJob(services);
      await db.update(jobs)
        .set({ endedAt: sql`now() - make_interval(days => ${days})` })
        .where(eq(jobs.id, id));
      return id;
    };
    const [young, old] = [await ended(89), await ended(91)];
    const open = await upload(services, actor, "username,name\n");
    await deleteOldJobs(db, { days: 90 });
    const context = contextOf(services);
    assert.ok(await getJob(context, young));
    assert.ok(await getJob(context, open));
    assert.equal(await getJob(context, old), undefined);
    const kept = await db.select().from(jobProblems)
      .where(inArray(jobProblems.jobId, [young, old]));
    assert.ok(kept.length > 0 && kept.every((it) => it.jobId === young));
    await runNextJob(services);
  },
);

testOnEach(
  "an upload whose request was answered at its deadline is not imported",
  async (connection) => {
    const { db } = connection;
    const { services, actor } = await jobDesk(connection);
    const deadline = new AbortController();
    const body = async function* () {
      yield new TextEncoder().encode("username,name\n");
      await Promise.resolve();
      deadline.abort();
    };
    await assert.rejects(
      receiveImport({ ...contextOf(services), signal: deadline.signal }, {
        actor,
        options: { ...options, format: "csv" },
        body: body(),
      }),
      { name: "AbortError" },
    );
    const [job] = await db.select().from(jobs)
      .where(eq(jobs.actorId, actor.userId));
    assert.deepEqual([job!.state, job!.failure], [
      "failed",
      "The upload broke off.",
    ]);
    assert.equal(await runNextJob(services), 0);
  },
);
