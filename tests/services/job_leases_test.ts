import assert from "node:assert/strict";
import { endJob, leaseJob, releaseJob } from "../../db/jobs.ts";
import { askRight, runBatch } from "../../services/job_batches.ts";
import { runNextJob } from "../../services/job_worker.ts";
import { cancelJob } from "../../services/jobs.ts";
import { testOnEach, testOnPostgres } from "../support/database.ts";
import {
  contextOf,
  dropLease,
  jobDesk,
  jobOf,
  upload,
} from "../support/jobs.ts";
import { somebodyWaits } from "../support/rows.ts";

const file = () => `username,name\nlease-${crypto.randomUUID()},N\n`;

testOnEach(
  "a worker that has lost its lease neither writes, ends nor gives away what another one runs",
  async (connection) => {
    const { db } = connection;
    const { services, actor } = await jobDesk(connection);
    const id = await upload(services, actor, file());
    const seconds = { leaseSeconds: 60 };
    const late = (await leaseJob(db, seconds))!;
    assert.equal(late.id, id);
    await dropLease(db, id);
    const other = (await leaseJob(db, seconds))!;
    assert.equal(other.id, id);
    assert.equal(
      await runBatch(contextOf(services), late, () => assert.fail("is run")),
      undefined,
    );
    assert.equal(await endJob(db, { ...late, state: "failed" }), false);
    await releaseJob(db, late);
    assert.equal(await leaseJob(db, seconds), null);
    await releaseJob(db, other);
    assert.equal(await runNextJob(services), 1);
    assert.equal((await jobOf(services, id)).state, "done");
  },
);

testOnEach(
  "a job that never comes on ends, however often servers die of it; one that is given back in order doesn't",
  async (connection) => {
    const { db } = connection;
    const { services, actor } = await jobDesk(connection);
    const [fatal, patient] = [
      await upload(services, actor, file()),
      await upload(services, actor, file()),
    ];
    for (let tries = 0; tries < 10; tries++) {
      assert.equal((await leaseJob(db, { leaseSeconds: 60 }))!.id, fatal);
      const given = (await leaseJob(db, { leaseSeconds: 60 }))!;
      assert.equal(given.id, patient);
      await releaseJob(db, given);
      await dropLease(db, fatal);
    }
    assert.equal(await runNextJob(services), 1);
    const { state, failure } = await jobOf(services, fatal);
    assert.equal(state, "failed");
    assert.match(failure!, /^It was tried 10 times without coming on, .*\.$/);
    assert.equal(await runNextJob(services), 1);
    assert.equal((await jobOf(services, patient)).state, "done");
  },
);

testOnPostgres(
  "a job is cancelled while a batch is under way, and neither waits for the other for ever",
  async (connection) => {
    const { db } = connection;
    const { services, actor } = await jobDesk(connection);
    const jobId = await upload(services, actor, file());
    const context = contextOf(services);
    const job = (await leaseJob(db, { leaseSeconds: 60 }))!;
    let cancelling: ReturnType<typeof cancelJob> | undefined;
    const moved = await runBatch(context, job, async (tx) => {
      cancelling = cancelJob(context, { actor, jobId });
      cancelling.catch(() => {}); // looked at below
      while (!await somebodyWaits(db));
      await askRight(tx, context, { job, action: "create_user" });
      const none = { read: 0, changed: 0, skipped: 0, refused: 0 };
      return { cursor: "1", ...none, problems: [] };
    });
    assert.equal(moved?.cursor, "1");
    assert.ok((await cancelling!).ok);
    assert.equal((await jobOf(services, jobId)).state, "cancelled");
  },
);
