import assert from "node:assert/strict";
import bcrypt from "bcrypt";
import { eq } from "drizzle-orm";
import { passwords } from "../../db/schema.ts";
import { runNextJob } from "../../services/job_worker.ts";
import { createPasswordHasher } from "../../services/password_hash.ts";
import { browser, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { jobDesk, jobOf, upload, userOf } from "../support/jobs.ts";
import { person } from "../support/people.ts";
import { eventsOf, passwordOf } from "../support/rows.ts";

/** Of "seven geese", and of nothing that anybody could wait for. */
const ALLOWED = await bcrypt.hash("seven geese", 4);
const TOO_DEAR = ALLOWED.replace("$04$", "$12$");

Deno.test("those who verify hashes of other programs, or are wrong, keep nobody else waiting (ASVS 15.2.2)", async () => {
  const hasher = createPasswordHasher({
    parameters: { memoryKib: 2_048, iterations: 2, parallelism: 1 },
    width: 2,
    maxWaiting: 100,
  });
  const own = await hasher.hash("seven geese");
  const theirs = await bcrypt.hash("seven geese", 6);
  const flood = Array.from({ length: 12 }, (_, n) => {
    const stored = { passwordHash: theirs, usable: true };
    const turn = { place: `${n}`, account: `${n}` };
    return hasher.authenticate(stored, "eight geese", turn);
  });
  let wrong = 0;
  for (const it of flood) it.then(() => wrong++);
  const stored = { passwordHash: own, usable: true };
  for (let n = 0; n < 3; n++) {
    assert.equal(await hasher.authenticate(stored, "seven geese"), true);
  }
  assert.ok(wrong < 12, "the flood was over first");
  assert.deepEqual(new Set(await Promise.all(flood)), new Set([false]));
});

testOnEach(
  "a user whose hash costs too much is imported without it, and the import tells it",
  async (connection) => {
    const { db } = connection;
    const { services, actor } = await jobDesk(connection);
    const [dear, cheap] = [crypto.randomUUID(), crypto.randomUUID()];
    const jobId = await upload(
      services,
      actor,
      `username,name,password_hash\nd-${dear},D,${TOO_DEAR}\nc-${cheap},C,${ALLOWED}\n`,
    );
    await runNextJob(services);
    const job = await jobOf(services, jobId);
    assert.deepEqual(job.counts, [2, 2, 0, 0]);
    assert.deepEqual(job.problems, [
      "2 password_hash costs too much to verify and is left out: this user can't sign in before a password reset",
    ]);
    const [without, having] = await Promise.all(
      [`d-${dear}`, `c-${cheap}`].map((it) => userOf(db, it)),
    );
    assert.equal(await passwordOf(db, without!.id), undefined);
    assert.equal((await passwordOf(db, having!.id))!.hash, ALLOWED);
  },
);

testOnEach(
  "where a stored hash costs too much, nobody signs in with it, and the audit log says why",
  async (connection) => {
    const { db } = connection;
    const running = program(connection);
    const user = await person(db);
    const hash = await bcrypt.hash(user.password, 12);
    await db.update(passwords).set({ hash })
      .where(eq(passwords.userId, user.id));
    assert.equal((await browser(running).signIn(user)).status, 422);
    const [event] = await eventsOf(db, user.id, "authn_login_fail");
    assert.equal(event?.detail.why, "hash_unverifiable");
  },
);
