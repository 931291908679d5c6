import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { connectEmbedded, connectPostgres, rows } from "../../db/client.ts";
import { updateUser } from "../../db/users.ts";
import { person } from "../support/people.ts";
import { DataDirError } from "../../db/embedded.ts";
import {
  freshDatabaseUrl,
  POSTGRES_SETTINGS,
  testOnEach,
  testOnPostgres,
} from "../support/database.ts";

testOnPostgres(
  "several instances may start together: one migrates, all are served",
  async () => {
    const url = await freshDatabaseUrl();
    const connections = await Promise.all(
      Array.from(
        { length: 5 },
        () => connectPostgres({ url, ...POSTGRES_SETTINGS }),
      ),
    );
    for (const { db } of connections) {
      assert.deepEqual(
        await rows(db, sql`select count(*)::int as n from users`),
        [{ n: 0 }],
      );
    }
    await Promise.all(connections.map((it) => it.close()));
  },
);

Deno.test("a second process on the same folder is refused, with its name; data stays", async () => {
  const dataDir = await Deno.makeTempDir();
  const first = await connectEmbedded(dataDir);
  await first.db.execute(sql`insert into name_words (word) values ('kept')`);
  await assert.rejects(
    () => connectEmbedded(dataDir),
    (error: Error) =>
      error instanceof DataDirError && error.message.includes(dataDir),
  );
  await first.close();
  const again = await connectEmbedded(dataDir);
  assert.deepEqual(await rows(again.db, sql`select word from name_words`), [{
    word: "kept",
  }]);
  await again.close();
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("the embedded database's folder is for its owner alone, also where it was there before (ASVS 13.2.2)", async () => {
  const dataDir = await Deno.makeTempDir();
  await Deno.chmod(dataDir, 0o755);
  const connection = await connectEmbedded(dataDir);
  assert.equal((await Deno.stat(dataDir)).mode! & 0o777, 0o700);
  await connection.close();
  await Deno.remove(dataDir, { recursive: true });
});

testOnPostgres(
  "a statement that takes too long is stopped by the database",
  async () => {
    const connection = await connectPostgres({
      url: await freshDatabaseUrl(),
      ...POSTGRES_SETTINGS,
      statementTimeoutMs: 200,
    });
    await assert.rejects(() => connection.db.execute(sql`select pg_sleep(5)`));
    await connection.close();
  },
);

testOnEach(
  "the names' distinct words are kept by the database itself",
  async ({ db }) => {
    const user = await person(db, { name: "Zoë Müller-Quuxworth" });
    const words = async () =>
      (await rows<{ word: string }>(
        db,
        sql`select word from name_words where word in ('zoe', 'muller', 'quuxworth', 'renamed') order by 1`,
      ))
        .map((it) => it.word);
    assert.deepEqual(await words(), ["muller", "quuxworth", "zoe"]);
    await updateUser(db, {
      id: user.id,
      version: 1,
      fields: {
        name: "Zoë Renamed",
        username: user.username,
        email: null,
        attributes: {},
      },
    });
    assert.deepEqual(await words(), ["muller", "quuxworth", "renamed", "zoe"]);
  },
);
