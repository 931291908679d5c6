import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as migrateWithPostgres } from "drizzle-orm/postgres-js/migrator";
import type { PgliteDatabase } from "drizzle-orm/pglite";
import { migrate as migrateWithPglite } from "drizzle-orm/pglite/migrator";
import postgres from "postgres";
import { grantWork } from "./roles.ts";

const migrationsFolder = new URL("./migrations", import.meta.url).pathname;
const ADVISORY_LOCK = 72_773_375; // "PASSDESK" on a telephone

/** Several instances may start together: one migrates, the others wait and find nothing to do. */
export async function migratePostgres(
  { url, ownerUrl, connectTimeoutSeconds }: {
    url: string;
    ownerUrl?: string | undefined;
    connectTimeoutSeconds: number;
  },
) {
  const client = postgres(ownerUrl ?? url, {
    max: 1, // the lock belongs to the connection
    connect_timeout: connectTimeoutSeconds,
    onnotice: () => {},
  });
  try {
    await client`select pg_advisory_lock(${ADVISORY_LOCK})`;
    const db = drizzle({ client });
    await migrateWithPostgres(db, { migrationsFolder });
    if (ownerUrl) {
      await grantWork(db, decodeURIComponent(new URL(url).username));
    }
  } finally {
    await client.end({ timeout: 5 });
  }
}

export async function migrateEmbedded(db: PgliteDatabase) {
  await migrateWithPglite(db, { migrationsFolder });
}
