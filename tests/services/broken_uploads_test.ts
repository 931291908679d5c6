import assert from "node:assert/strict";
import { connect } from "node:net";
import { eq, sql } from "drizzle-orm";
import {
  type Connection,
  connectPostgres,
  type Database,
} from "../../db/client.ts";
import { jobChunks, jobs } from "../../db/schema_programs.ts";
import { receiveImport } from "../../services/import_uploads.ts";
import { runNextJob } from "../../services/job_worker.ts";
import { apiToken } from "../support/api.ts";
import { program } from "../support/app.ts";
import {
  freshDatabaseUrl,
  POSTGRES_SETTINGS,
  testOnEach,
  testOnPostgres,
} from "../support/database.ts";
import { actorOf, contextOf, jobDesk, jobOf, upload } from "../support/jobs.ts";
import { person } from "../support/people.ts";
import { freePort, startProgram } from "../support/process.ts";

const FILE = "username,name\n";

async function received(db: Database) {
  return await db.select({
    id: jobs.id,
    seconds: sql<
      number
    >`extract(epoch from coalesce(leased_until, created_at + interval '15 minutes') - now())::float`,
  }).from(jobs).where(eq(jobs.state, "receiving"));
}

const until = async <T>(look: () => Promise<T | undefined | false>) => {
  for (let tries = 0; tries < 600; tries++) {
    const seen = await look();
    if (seen) return seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it never came");
};

testOnPostgres(
  "uploads that were open as their server was killed keep nobody waiting for a minute",
  async () => {
    const DATABASE_URL = await freshDatabaseUrl();
    const connection = await connectPostgres({
      url: DATABASE_URL,
      ...POSTGRES_SETTINGS,
    });
    const { db } = connection;
    const permissions = ["user_management" as const];
    const staff = await person(db, { permissions });
    const { text: token } = await apiToken(db, { ownerId: staff.id });
    const LISTEN_PORT = `${freePort()}`;
    const server = await startProgram("start", {
      DATABASE_URL,
      LISTEN_PORT,
      PUBLIC_URL: `http://localhost:${LISTEN_PORT}`,
      SECRET_KEY: new Uint8Array(32).fill(7).toBase64(),
    });
    await server.said("Passdesk is ready");
    const sockets = [1, 2, 3].map(() => halfAnUpload(LISTEN_PORT, token));
    await until(async () => (await received(db)).length === 3);
    await server.end("SIGKILL");
    for (const it of sockets) it.destroy();

    const { services } = program(connection);
    const actor = await actorOf(db, staff, { permissions });
    const left = await received(db);
    assert.equal(left.length, 3);
    for (const { seconds } of left) assert.ok(seconds <= 60, `${seconds} s`);
    await assert.rejects(upload(services, actor, FILE), /too_many/);
    await aMinuteLater(connection);
    await upload(services, actor, FILE);
    for (const { id } of left) {
      const { state, failure } = await jobOf(services, id);
      assert.deepEqual([state, failure], ["failed", "The upload broke off."]);
    }
    await connection.close();
  },
);

function halfAnUpload(port: string, token: string) {
  const socket = connect(Number(port), "127.0.0.1");
  socket.on("error", () => {}); // the server is killed
  socket.write(
    `POST /api/v1/imports HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: text/csv\r\nContent-Length: 1000000\r\n\r\n${FILE}`,
  );
  return socket;
}

async function aMinuteLater({ db }: Pick<Connection, "db">) {
  await db.update(jobs).set({
    leasedUntil: sql`leased_until - interval '1 minute'`,
    createdAt: sql`created_at - interval '1 minute'`,
  }).where(eq(jobs.state, "receiving"));
}

testOnEach(
  "an upload that arrives slowly is not taken for a broken one",
  async (connection) => {
    const { db } = connection;
    const { services, actor } = await jobDesk(connection);
    const body = async function* () {
      yield new TextEncoder().encode(FILE);
      await aMinuteLater(connection); // as if nothing had come for so long
      await until(async () => (await received(db))[0]!.seconds > 0);
      assert.equal(await runNextJob(services), 0);
      yield new TextEncoder().encode("\n");
    };
    const options = {
      format: "csv" as const,
      dryRun: false,
      skipExisting: false,
      batch: 2,
    };
    const context = contextOf(services);
    const taken = await receiveImport(context, {
      actor,
      options,
      body: body(),
    });
    assert.ok(taken.ok);
    assert.equal(taken.value.state, "queued");
    assert.equal(await runNextJob(services), 1);
  },
);

testOnEach(
  "a worker ends what has broken off, and its pieces go",
  async (connection) => {
    const { db } = connection;
    const { services, actor } = await jobDesk(connection);
    const id = await upload(services, actor, FILE);
    await db.update(jobs).set({
      state: "receiving",
      leasedUntil: sql`now() - interval '1 second'`,
    }).where(eq(jobs.id, id));
    assert.equal(await runNextJob(services), 0);
    assert.equal((await jobOf(services, id)).state, "failed");
    assert.deepEqual(
      await db.select().from(jobChunks).where(eq(jobChunks.jobId, id)),
      [],
    );
  },
);
