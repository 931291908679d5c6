import type { SQL } from "drizzle-orm";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { openEmbedded } from "./embedded.ts";
import { migrateEmbedded, migratePostgres } from "./migrate.ts";
import { preparing } from "./prepared.ts";

/** A connection or an open transaction, of either driver: every query takes one and does not care. */
export type Database = PgDatabase<PgQueryResultHKT>;

export interface Connection {
  db: Database;
  driver: "postgres" | "embedded";
  close(): Promise<void>;
}

export interface PostgresSettings {
  url: string;
  /** The role that owns the tables and migrates them; without it, that of `url` does both. */
  ownerUrl?: string | undefined;
  poolSize: number;
  connectTimeoutSeconds: number;
  statementTimeoutMs: number;
}

/** A migrated PostgreSQL. */
export async function connectPostgres(
  { url, ownerUrl, poolSize, connectTimeoutSeconds, statementTimeoutMs }:
    PostgresSettings,
): Promise<Connection> {
  await migratePostgres({ url, ownerUrl, connectTimeoutSeconds });
  const client = postgres(url, {
    max: poolSize,
    connect_timeout: connectTimeoutSeconds,
    backoff: (retries: number) => Math.min(retries / 10, 1), // seconds; by default up to 20
    connection: {
      statement_timeout: statementTimeoutMs,
      TimeZone: "UTC",
      // Planning a search takes longer than the search, and each is written for any value.
      plan_cache_mode: "force_generic_plan",
      // A plan that was made while a table was empty would go on to read it whole; everything asked often has an index.
      enable_seqscan: "off",
      jit: "off", // takes 100 ms where the planner fears the worst; nothing here runs that long
    },
    onnotice: () => {},
    // Only arrays need it, and we read none. A connection that the server ends while it is asked
    // rejects a promise that nobody holds, which would end the process.
    fetch_types: false,
  });
  return {
    db: drizzle({ client: preparing(client) }) as unknown as Database,
    driver: "postgres",
    close: () => client.end({ timeout: 2 }), // seconds; then what still runs is cut off
  };
}

/**
 * A migrated PGlite in `dataDir`; in memory where there is none (tests).
 *
 * @throws {DataDirError} another process has the folder open
 */
export async function connectEmbedded(dataDir?: string): Promise<Connection> {
  const { db, close } = await openEmbedded(dataDir);
  await migrateEmbedded(db);
  return { db: db as unknown as Database, driver: "embedded", close };
}

/** Rows of a statement written by hand: the two drivers wrap them differently. */
export async function rows<Row>(db: Database, query: SQL): Promise<Row[]> {
  const result = await db.execute(query) as unknown;
  return Array.isArray(result) ? [...result] : (result as { rows: Row[] }).rows;
}
