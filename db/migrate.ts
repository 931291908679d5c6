import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as migrateWithPostgres } from "drizzle-orm/postgres-js/migrator";
import type { PgliteDatabase } from "drizzle-orm/pglite";
import { migrate as migrateWithPglite } from "drizzle-orm/pglite/migrator";
import postgres from "postgres";

const migrationsFolder = new URL("./migrations", import.meta.url).pathname;
const ADVISORY_LOCK = 72_773_375; // "PASSDESK" on a telephone

/** Several instances may start together: one migrates, the others wait and find nothing to do. */
export async function migratePostgres(
  url: string,
  connectTimeoutSeconds: number,
) {
  const client = postgres(url, {
    max: 1, // the lock belongs to the connection
    connect_timeout: connectTimeoutSeconds,
    onnotice: () => {},
  });
  try {
    await client`select pg_advisory_lock(${ADVISORY_LOCK})`;
    await migrateWithPostgres(drizzle({ client }), { migrationsFolder });
  } finally {
    await client.end({ timeout: 5 });
  }
}

export async function migrateEmbedded(db: PgliteDatabase) {
  await migrateWithPglite(db, { migrationsFolder });
}
