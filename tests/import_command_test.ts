import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { connectPostgres, type Database, rows } from "../db/client.ts";
import {
  freshDatabaseUrl,
  POSTGRES_SETTINGS,
  testOnPostgres,
} from "./support/database.ts";
import { startProgram } from "./support/process.ts";

const SECRET_KEY = new Uint8Array(32).fill(7).toBase64();
const HASH = "$2b$05$7JFti0fkDVwYqy8poxolX.BttNGPN.HcW80ik8tkrtVxURbIBvlbu";

async function withFile(
  lines: string[],
  body: (file: string) => Promise<void>,
) {
  const file = await Deno.makeTempFile({ suffix: ".ndjson" });
  try {
    await Deno.writeTextFile(file, lines.join("\n"));
    await body(file);
  } finally {
    await Deno.remove(file);
  }
}

async function counts(db: Database) {
  const [row] = await rows<Record<string, number>>(
    db,
    sql`select (select count(*)::int from users) as users,
      (select count(*)::int from passwords) as passwords,
      (select count(*)::int from jobs) as jobs,
      (select coalesce(sum((detail ->> 'users')::int), 0)::int from audit_events
        where event = 'users_imported') as told`,
  );
  return row!;
}

const ROWS = 20_000;

testOnPostgres(
  "an import that is killed in the middle and started again neither loses nor doubles a row",
  async () => {
    const DATABASE_URL = await freshDatabaseUrl();
    const { db, close } = await connectPostgres({
      url: DATABASE_URL,
      ...POSTGRES_SETTINGS,
    });
    const lines = Array.from({ length: ROWS }, (_, at) =>
      JSON.stringify({
        username: `user-${at}`,
        name: `User Number ${at}`,
        email: `user-${at}@example.org`,
        password_hash: HASH,
      }));
    await withFile(lines, async (file) => {
      const start = () =>
        startProgram("import", { DATABASE_URL, SECRET_KEY }, [
          file,
          "--batch",
          "500",
        ]);
      for (const until of [1, ROWS / 3]) {
        const killed = await start();
        let over = false;
        killed.ended().then(() => over = true);
        while (!over && (await counts(db)).users! < until);
        await killed.end("SIGKILL");
        const { users, passwords, told } = await counts(db);
        assert.ok(users! < ROWS, "it was too fast to be killed in the middle");
        assert.deepEqual([passwords, told], [users, users]);
      }
      const last = await start();
      assert.equal(await last.ended(), 0, last.output.stderr);
      assert.match(last.output.stderr, /Goes on behind line \d+/);
      assert.match(last.output.stderr, /20,000 read, 20,000 good/);
    });
    assert.deepEqual(await counts(db), {
      users: ROWS,
      passwords: ROWS,
      jobs: 1,
      told: ROWS,
    });
    await close();
  },
);

testOnPostgres(
  "a dry run prints each bad line, and says by its exit code that there are some",
  async () => {
    const DATABASE_URL = await freshDatabaseUrl();
    const lines = ['{"username":"a","name":"A"}', '{"username":"a b"}', "x"];
    await withFile(lines, async (file) => {
      const environment = { DATABASE_URL, SECRET_KEY };
      const run = await startProgram("import", environment, [
        file,
        "--dry-run",
      ]);
      assert.equal(await run.ended(), 1, run.output.stderr);
      assert.equal(
        run.output.stdout,
        [
          "line 2: name is missing",
          "line 2: username is no username",
          "line 3: line is not JSON",
          "",
        ].join("\n"),
      );
      assert.match(run.output.stderr, /A dry run: nothing was written\./);
      const misused = await startProgram("import", environment, [
        file,
        "--fast",
      ]);
      assert.equal(await misused.ended(), 2);
      assert.match(misused.output.stderr, /deno task import FILE/);
      const folder = await startProgram("import", environment, ["/"]);
      assert.equal(await folder.ended(), 2);
      assert.match(folder.output.stderr, /^the file "\/" can't be read \(/m);
    });
  },
);
