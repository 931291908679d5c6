import assert from "node:assert/strict";
import { endJob, leaseJob, releaseJob } from "../../db/jobs.ts";
import { runBatch } from "../../services/job_batches.ts";
import { runNextJob } from "../../services/job_worker.ts";
import { program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import {
  actorOf,
  contextOf,
  dropLease,
  jobOf,
  upload,
} from "../support/jobs.ts";
import { person } from "../support/people.ts";

type Connection = Parameters<Parameters<typeof testOnEach>[1]>[0];

async function desk(connection: Connection) {
  const permissions = ["user_management" as const];
  const staff = await person(connection.db, { permissions });
  const actor = await actorOf(connection.db, staff, { permissions });
  return { ...program(connection), actor };
}

const file = () => `username,name\nlease-${crypto.randomUUID()},N\n`;

testOnEach(
  "a worker that has lost its lease neither writes, ends nor gives away what another one runs",
  async (connection) => {
    const { db } = connection;
    const { services, actor } = await desk(connection);
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
