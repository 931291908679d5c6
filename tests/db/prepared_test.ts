import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { connectPostgres, rows } from "../../db/client.ts";
import { MOST_PREPARED, statement, worthPreparing } from "../../db/prepared.ts";
import {
  freshDatabaseUrl,
  POSTGRES_SETTINGS,
  testOnPostgres,
} from "../support/database.ts";

testOnPostgres(
  "however many shapes of statements are asked for, what a backend keeps prepared is bounded",
  async () => {
    const { db, close } = await connectPostgres({
      ...POSTGRES_SETTINGS,
      url: await freshDatabaseUrl(),
      poolSize: 1, // one backend, which is asked what it keeps
    });
    const kept = async () => {
      const [row] = await rows<{ texts: number; characters: number }>(
        db,
        sql`select count(*)::int as texts, sum(length(statement))::int as characters
          from pg_prepared_statements`,
      );
      return row!;
    };
    const TEXTS = 600;
    type Row = Record<string, number>;
    for (let n = 0; n < TEXTS; n++) {
      const shape = sql.raw(`as "${n}", '${"x".repeat(1_000)}'`);
      for (let times = 0; times < 2; times++) {
        const [row] = n % 2
          ? await rows<Row>(db, sql`select ${n}::int ${shape}`)
          : await statement<number, Row>((given) =>
            sql`select ${given((it) => it)}::int ${shape}`
          )(db, n);
        assert.equal(row![`${n}`], n);
      }
    }
    const { texts, characters } = await kept();
    assert.ok(texts > 100 && texts < TEXTS - 100, `${texts} texts`);
    assert.ok(characters <= MOST_PREPARED, `${characters} characters`);
    await close();
  },
);

Deno.test("a text is prepared from its second use on, while there is room, and there is room again later", () => {
  let now = 0;
  const isWorth = worthPreparing({
    most: 30,
    lifetimeMs: 1_000,
    clock: () => now,
  });
  const text = (n: number) => `text ${n}`.padEnd(10);
  const asked = (n: number) => isWorth(text(n));
  assert.deepEqual([1, 1, 1].map(asked), [false, true, true]);
  assert.deepEqual([2, 3, 2, 3].map(asked), [false, false, true, true]);
  assert.deepEqual([4, 4, 4, 1].map(asked), [false, false, false, true]);
  now = 1_001;
  assert.deepEqual([4, 4, 1, 1].map(asked), [true, true, false, true]);
  assert.equal(isWorth("x".repeat(31)) || isWorth("x".repeat(31)), false);
});
