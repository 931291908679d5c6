import assert from "node:assert/strict";
import { eq } from "drizzle-orm";
import { apiTokens } from "../../db/schema_programs.ts";
import { users } from "../../db/schema.ts";
import { runNextJob } from "../../services/job_worker.ts";
import { requestPasswordRequirement } from "../../services/jobs.ts";
import type { PasswordRequirement } from "../../services/password_requirements.ts";
import { browser } from "../support/app.ts";
import { testOnEach, testOnPostgres } from "../support/database.ts";
import {
  actorOf,
  contextOf,
  dropLease,
  jobDesk,
  jobOf,
  unknownId,
  upload,
} from "../support/jobs.ts";
import { person } from "../support/people.ts";
import { eventsOf, passwordOf, sessionsOf } from "../support/rows.ts";

type Connection = Parameters<Parameters<typeof testOnEach>[1]>[0];

async function desk(connection: Connection) {
  const { staff, actor, ...running } = await jobDesk(connection);
  const request = async (whom: PasswordRequirement) => {
    const context = contextOf(running.services);
    const asked = await requestPasswordRequirement(context, { actor, whom });
    assert.ok(asked.ok);
    return asked.value;
  };
  return { running, ...running, staff, actor, request };
}

testOnEach(
  "a list of users has to replace its passwords; oneself, and whoever outranks, is left out and told",
  async (connection) => {
    const { db } = connection;
    const { running, services, staff, request } = await desk(connection);
    const user = await person(db);
    await browser(running).signIn(user);
    const token = await actorOf(db, user, { permissions: [] });
    const temporary = await person(db, { temporary: true });
    const admin = await person(db, { permissions: ["administration"] });
    const nobody = unknownId();
    const id = await request({
      ids: [user.id, user.id, temporary.id, admin.id, staff.id, nobody],
    });
    assert.equal(await runNextJob(services), 1);
    const { state, counts, problems } = await jobOf(services, id);
    assert.equal(state, "done");
    assert.deepEqual(counts, [5, 1, 1, 3]);
    const whys = problems.map((it) => it.replace(/^\d+ /, "")).sort();
    assert.deepEqual(
      whys,
      [
        `${staff.id} Nobody does this to the own account.`,
        `${admin.id} The user holds a permission that the caller lacks.`,
        `${nobody} There is no such user.`,
      ].sort(),
    );
    const password = (await passwordOf(db, user.id))!;
    assert.deepEqual([password.temporary, password.expiresAt], [true, null]);
    assert.deepEqual(await sessionsOf(db, user.id), []);
    const [revoked] = await db.select().from(apiTokens)
      .where(eq(apiTokens.id, token.sessionId));
    assert.ok(revoked!.revokedAt);
    const [event] = await eventsOf(db, user.id, "password_change_required");
    assert.equal(event!.actorId, staff.id);
    const { job, sessions } = event!.detail;
    assert.deepEqual([job, sessions], [id, 1]);
    assert.equal((await passwordOf(db, admin.id))!.temporary, false);
    const visitor = browser(running);
    await visitor.signIn(user);
    assert.equal((await visitor.get("/help")).status, 303); // only the replacement
  },
);

testOnEach(
  "a filter reaches everybody whom it lets through, in batches",
  async (connection) => {
    const { db } = connection;
    const { services, request } = await desk(connection);
    const disabled = await person(db, { disabled: true });
    const active = await person(db);
    const id = await request({ filter: { state: "disabled" } });
    await runNextJob(services);
    assert.equal((await jobOf(services, id)).state, "done");
    assert.equal((await passwordOf(db, disabled.id))!.temporary, true);
    assert.equal((await passwordOf(db, active.id))!.temporary, false);
  },
);

testOnEach(
  "a job of somebody who may no longer do it changes nothing",
  async (connection) => {
    const { db } = connection;
    const { services, staff, request } = await desk(connection);
    const user = await person(db);
    const id = await request({ ids: [user.id] });
    await db.update(users).set({ disabledAt: new Date() })
      .where(eq(users.id, staff.id));
    await runNextJob(services);
    const { state, failure } = await jobOf(services, id);
    assert.equal(state, "failed");
    assert.match(failure!, /may no longer do this/);
    assert.equal((await passwordOf(db, user.id))!.temporary, false);
  },
);

testOnEach(
  "a job whose worker stopped is gone on with behind its last batch",
  async (connection) => {
    const { db } = connection;
    const { services, actor } = await desk(connection);
    const names = Array.from({ length: 9 }, () => `go-on-${unknownId()}`);
    const text = `username,name\n${names.map((it) => `${it},N\n`).join("")}`;
    const id = await upload(services, actor, text);
    const stopping = new AbortController();
    stopping.abort();
    await runNextJob(services, stopping.signal);
    assert.equal((await jobOf(services, id)).state, "running");
    await dropLease(db, id);
    await runNextJob(services);
    const { state, counts } = await jobOf(services, id);
    assert.deepEqual([state, counts], ["done", [9, 9, 0, 0]]);
  },
);

testOnPostgres(
  "two workers with one job at the same time do each batch once",
  async (connection) => {
    const { db } = connection;
    const { services, actor } = await desk(connection);
    const names = Array.from({ length: 100 }, () => `both-${unknownId()}`);
    const text = `username,name\n${names.map((it) => `${it},N\n`).join("")}`;
    const id = await upload(services, actor, text);
    const first = runNextJob(services);
    while ((await jobOf(services, id)).counts[0] === 0);
    await dropLease(db, id); // as if the first took too long
    await Promise.all([first, runNextJob(services), runNextJob(services)]);
    await dropLease(db, id);
    await runNextJob(services);
    const { state, counts, problems } = await jobOf(services, id);
    assert.deepEqual(problems, []);
    assert.deepEqual([state, counts], ["done", [100, 100, 0, 0]]);
  },
);
