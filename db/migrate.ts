import { sql } from "drizzle-orm";
import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import { migrate as migrateWithPostgres } from "drizzle-orm/postgres-js/migrator";
import type { PgliteDatabase } from "drizzle-orm/pglite";
import { migrate as migrateWithPglite } from "drizzle-orm/pglite/migrator";
import postgres from "postgres";
import type { Database } from "./client.ts";
import { grantWork } from "./roles.ts";
import { makeSearchIndexes } from "./search_indexes.ts";
import type { ValueField } from "./user_search_values.ts";

const migrationsFolder = new URL("./migrations", import.meta.url).pathname;
const ADVISORY_LOCK = 72_773_375; // "PASSDESK" on a telephone

/**
 * Several instances may start together: one migrates, the others wait and find nothing to do. The lock is the
 * transaction's, since a pooler would keep that of a session.
 */
export async function migratePostgres(
  { url, worker, options, searchValues = [] }: {
    url: string;
    /** The role that works with the tables, where it is not the one that owns them. */
    worker?: string | undefined;
    options: postgres.Options<Record<string, never>>;
    searchValues?: readonly ValueField[];
  },
) {
  const client = postgres(url, {
    ...options,
    max: 1,
    prepare: false,
  });
  try {
    const db = drizzle({ client });
    await db.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(${ADVISORY_LOCK})`);
      await migrateWithPostgres(alreadyWithin(tx), { migrationsFolder });
      if (worker !== undefined) await grantWork(tx, worker);
    });
    // Behind the lock: an index that is made beside the work waits for all that waits.
    await makeSearchIndexes(db, searchValues, { concurrently: true });
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** For the migrator, which begins a transaction of its own: this one is what it gets. */
function alreadyWithin(tx: Database): PostgresJsDatabase {
  const session = Object.create(tx._.session, {
    transaction: { value: (body: (tx: Database) => unknown) => body(tx) },
  });
  return Object.create(tx, { session: { value: session } });
}

export async function migrateEmbedded(
  db: PgliteDatabase,
  searchValues: readonly ValueField[] = [],
) {
  await migrateWithPglite(db, { migrationsFolder });
  await makeSearchIndexes(db as unknown as Database, searchValues, {
    concurrently: false,
  });
}
