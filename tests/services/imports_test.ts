import assert from "node:assert/strict";
import { eq } from "drizzle-orm";
import { auditEvents } from "../../db/schema.ts";
import { jobChunks } from "../../db/schema_programs.ts";
import { runNextJob } from "../../services/job_worker.ts";
import { cancelJob } from "../../services/jobs.ts";
import { browser } from "../support/app.ts";
import { testEmbedded, testOnEach } from "../support/database.ts";
import {
  actorOf,
  contextOf,
  jobDesk,
  jobOf,
  revoke,
  upload,
  userOf,
} from "../support/jobs.ts";
import { passwordOf } from "../support/rows.ts";

const PASSWORD = "correct horse ünïted";
const BCRYPT = "$2b$05$7JFti0fkDVwYqy8poxolX.BttNGPN.HcW80ik8tkrtVxURbIBvlbu";

let number = 0;
/** Usernames that no other test has. */
const some = (count: number) =>
  Array.from({ length: count }, () => `import-${++number}`);

testOnEach(
  "a CSV becomes users who sign in with the passwords that they had",
  async (connection) => {
    const { db } = connection;
    const running = await jobDesk(connection);
    const { services, actor } = running;
    const [anna, bob] = some(2);
    const id = await upload(
      services,
      actor,
      "\ufeffusername,name,email,external_id,password_hash,temporary,disabled,attributes.department\r\n" +
        `${anna},"Müller, ""Anna""",${anna}@example.org,e-1,${BCRYPT},no,no,'=Sales\r\n` +
        `${bob},Bob,,,${BCRYPT},yes,yes,\r\n`,
    );
    assert.equal(await runNextJob(services), 1);
    assert.deepEqual(await jobOf(services, id), {
      state: "done",
      failure: null,
      counts: [2, 2, 0, 0],
      problems: [],
    });
    const user = (await userOf(db, anna!))!;
    assert.equal(user.name, 'Müller, "Anna"');
    assert.equal(user.nameKey, 'muller, "anna"');
    assert.equal(user.externalId, "e-1");
    assert.deepEqual(user.attributes, { department: "=Sales" });
    const other = (await userOf(db, bob!))!;
    assert.equal(other.email, null);
    assert.ok(other.disabledAt);
    assert.equal((await passwordOf(db, other.id))!.temporary, true);
    const signedIn = await browser(running).post("/sign-in", {
      identifier: anna!,
      password: PASSWORD,
    });
    assert.equal(signedIn.status, 303);
    const events = await db.select().from(auditEvents)
      .where(eq(auditEvents.requestId, id));
    assert.deepEqual(events.map((it) => it.event), ["users_imported"]);
    assert.equal(events[0]!.actorId, actor.userId);
    assert.ok(!JSON.stringify(events).includes("$2b$"));
    assert.deepEqual(
      await db.select().from(jobChunks).where(eq(jobChunks.jobId, id)),
      [],
    );
  },
);

testOnEach(
  "every bad line is told with its number; of its batch nothing goes in, the others do",
  async (connection) => {
    const { db } = connection;
    const { services, actor, staff } = await jobDesk(connection);
    const [a, b, c, d, e, f, g] = some(7);
    const lines = [
      { username: a, name: "A" },
      { username: b, name: "B", email: "nowhere" },
      { username: c, name: "C", password_hash: BCRYPT.replace("05", "15") },
      { username: d, name: "", role: "admin" },
      { username: e, name: "E", attributes: { phone: "call me" } },
      { username: staff.username, name: "F", email: 7 },
      { username: f, name: "G", disabled: true },
      { username: g, name: "H", attributes: null },
    ];
    const text = lines.map((it) => JSON.stringify(it)).join("\n") +
      "\nnonsense\n\n[1]\n" +
      JSON.stringify({ username: f, name: "twice" });
    const id = await upload(services, actor, text, { format: "ndjson" });
    await runNextJob(services);
    assert.deepEqual(await jobOf(services, id), {
      state: "done",
      failure: null,
      counts: [11, 2, 0, 9],
      problems: [
        "2 email is no email",
        "3 password_hash costs too much to verify and is left out: this user can't sign in before a password reset",
        "4 name is missing",
        "4 role is no field of a user",
        "5 attributes.phone is no tel",
        "6 email is no text",
        "9 line is not JSON",
        "11 line is no JSON object",
        "12 username is taken",
      ],
    });
    for (const [name, there] of [[a, false], [f, true], [g, true]] as const) {
      assert.equal(await userOf(db, name!) !== undefined, there, `${name}`);
    }
  },
);

testOnEach(
  "a mended file is imported again without those that are there",
  async (connection) => {
    const { services, actor } = await jobDesk(connection);
    const [a, b, c] = some(3);
    const header = "username,name,email\n";
    await upload(services, actor, `${header}${a},A,\n${b},B,\n${c},C,bad\n`);
    await runNextJob(services);
    const id = await upload(
      services,
      actor,
      `${header}${a},A,\n${b},B,\n${c},C,good@example.org\n`,
      { skipExisting: true },
    );
    await runNextJob(services);
    const { state, counts } = await jobOf(services, id);
    assert.deepEqual([state, counts], ["done", [3, 1, 2, 0]]);
  },
);

testOnEach(
  "a dry run writes nothing and finds what stands in the file twice, however far apart",
  async (connection) => {
    const { db } = connection;
    const { services, actor } = await jobDesk(connection);
    const names = some(5);
    const text = "username,name,email\n" +
      names.map((it) => `${it},N,${it}@example.org\n`).join("") +
      `${names[0]!.toUpperCase()},N,${names[1]}@EXAMPLE.org\n`;
    const id = await upload(services, actor, text, { dryRun: true });
    await runNextJob(services);
    assert.deepEqual(await jobOf(services, id), {
      state: "done",
      failure: null,
      counts: [6, 4, 0, 2],
      problems: [
        "7 email is in the file twice",
        "7 username is in the file twice",
      ],
    });
    assert.equal(await userOf(db, names[0]!), undefined);
  },
);

const UNREADABLE: [text: string, why: RegExp][] = [
  ["username,name,role\n", /no column "role"/],
  ["username,name,permissions\n", /no column "permissions"/],
  ["username,name,name\n", /names a column twice/],
  ["username,email\n", /column "name" is missing/],
  ["\n\n", /file is empty/],
  ['username,name\na,"b"c\n', /read on from line 2/],
  [`username,name\na,"${"x".repeat(70_000)}"\n`, /read on from line/],
];

for (const [text, why] of UNREADABLE) {
  testEmbedded(
    `a file that can't be read says why: ${why.source}`,
    async (connection) => {
      const { services, actor } = await jobDesk(connection);
      const id = await upload(services, actor, text);
      await runNextJob(services);
      const { state, failure } = await jobOf(services, id);
      assert.equal(state, "failed");
      assert.match(failure!, why);
    },
  );
}

testOnEach(
  "an import stops where the token has ended, and never begins where it was cancelled",
  async (connection) => {
    const { db } = connection;
    const { services, actor, staff } = await jobDesk(connection);
    const [a, b, c] = some(3);
    const file = (it: string) => `username,name\n${it},N\n`;
    const cancelled = await upload(services, actor, file(a!));
    const context = contextOf(services);
    assert.ok((await cancelJob(context, { actor, jobId: cancelled })).ok);
    const again = await cancelJob(context, { actor, jobId: cancelled });
    assert.equal(!again.ok && again.failure.reason, "job_over");
    assert.equal(await runNextJob(services), 0);

    const scoped = await actorOf(db, staff, {
      permissions: ["user_management"],
      scopes: ["users:write"],
    });
    const hashes = await upload(
      services,
      scoped,
      `username,name,password_hash\n${b},N,${BCRYPT}\n`,
    );
    await runNextJob(services); // the scope passwords:set is missing
    const ended = await upload(services, actor, file(c!));
    await revoke(db, actor.sessionId);
    await runNextJob(services);
    for (
      const [id, why] of [
        [hashes, /lacks the scope passwords:set/],
        [ended, /may no longer do this/],
      ] as const
    ) {
      const { state, failure } = await jobOf(services, id);
      assert.equal(state, "failed");
      assert.match(failure!, why);
    }
    for (const name of [a, b, c]) {
      assert.equal(await userOf(db, name!), undefined);
    }
  },
);

testEmbedded(
  "an upload over the limit is refused, and nothing of it stays",
  async (connection) => {
    const { services, actor } = await jobDesk(connection, {
      IMPORT_MAX_MB: "1",
    });
    const text = "username,name\n" + "x".repeat(3 * 1024 * 1024);
    await assert.rejects(upload(services, actor, text), /too_large/);
    await assert.rejects(upload(services, actor, ""), /empty/);
    assert.deepEqual(await connection.db.select().from(jobChunks), []);
    assert.equal(await runNextJob(services), 0);
  },
);
