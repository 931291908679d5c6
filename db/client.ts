import type { SQL } from "drizzle-orm";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { openEmbedded } from "./embedded.ts";
import { migrateEmbedded, migratePostgres } from "./migrate.ts";
import { connectionOptions, type Tls } from "./tls.ts";
import { refuseUnpreparedPooler } from "./pooling.ts";
import { preparing } from "./prepared.ts";
import type { ValueField } from "./user_search_values.ts";

/** A connection or an open transaction, of either driver: every query takes one and does not care. */
export type Database = PgDatabase<PgQueryResultHKT>;

export interface Connection {
  db: Database;
  driver: "postgres" | "embedded";
  /** What to ask the database, so that its role has the settings which a pooler keeps from our sessions. */
  missing: string[];
  close(): Promise<void>;
}

export interface PostgresSettings {
  url: string;
  /** The role that owns the tables and migrates them; without it, that of `url` does both. */
  ownerUrl?: string | undefined;
  poolSize: number;
  connectTimeoutSeconds: number;
  statementTimeoutMs: number;
  /** Off behind a pooler that shares connections by transaction: each statement is then planned anew. */
  prepare?: boolean;
  /** With the certificate of the server verified, by this CA or by the usual ones. */
  tls?: Tls | undefined;
  /** What is searched by its value, which needs indexes. */
  searchValues?: readonly ValueField[];
}

/**
 * A migrated PostgreSQL.
 *
 * @throws {DatabaseUrlError} what is in front of it, or its certificate, can't be worked with
 */
export async function connectPostgres(
  { url, ownerUrl, poolSize, statementTimeoutMs, ...more }: PostgresSettings,
): Promise<Connection> {
  const { prepare = true, searchValues = [], ...given } = more;
  const options = connectionOptions(url, given);
  await migratePostgres({
    url: ownerUrl ?? url,
    options: connectionOptions(ownerUrl ?? url, given),
    worker: ownerUrl === undefined ? undefined : roleOf(url),
    searchValues,
  });
  const settings = {
    statement_timeout: statementTimeoutMs,
    jit: "off", // takes 100 ms where the planner fears the worst; nothing here runs that long
    ...prepare && {
      // Planning a search takes longer than the search, and each is written for any value.
      plan_cache_mode: "force_generic_plan",
      // A plan that was made while a table was empty would go on to read it whole; everything asked often has an index.
      enable_seqscan: "off",
    },
  };
  const client = postgres(url, {
    ...options,
    max: poolSize,
    prepare,
    backoff: (retries: number) => Math.min(retries / 10, 1), // seconds; by default up to 20
    // A pooler refuses what it can't keep apart; then the role has to have the settings.
    connection: { ...(prepare && settings), TimeZone: "UTC" },
  });
  if (prepare) {
    await refuseUnpreparedPooler(url, { ...options, connection: settings });
  }
  const actual = await settingsOf(client, Object.keys(settings));
  return {
    db: drizzle({
      client: prepare ? preparing(client) : client,
    }) as unknown as Database,
    driver: "postgres",
    missing: Object.entries(settings)
      .filter(([name, value]) => actual.get(name) !== `${value}`)
      .map(([name, value]) => `alter role … set ${name} = '${value}'`),
    close: () => client.end({ timeout: 2 }), // seconds; then what still runs is cut off
  };
}

function roleOf(url: string) {
  return decodeURIComponent(new URL(url).username);
}

async function settingsOf(client: postgres.Sql, names: string[]) {
  const rows = await client.unsafe("select name, setting from pg_settings");
  return new Map(
    rows.filter(({ name }) => names.includes(name))
      .map(({ name, setting }) => [name, setting]),
  );
}

/**
 * A migrated PGlite in `dataDir`; in memory where there is none (tests).
 *
 * @throws {DataDirError} another process has the folder open
 */
export async function connectEmbedded(
  dataDir?: string,
  searchValues: readonly ValueField[] = [],
): Promise<Connection> {
  const { db, close } = await openEmbedded(dataDir);
  await migrateEmbedded(db, searchValues);
  return {
    db: db as unknown as Database,
    driver: "embedded",
    missing: [],
    close,
  };
}

/** Rows of a statement written by hand: the two drivers wrap them differently. */
export async function rows<Row>(db: Database, query: SQL): Promise<Row[]> {
  const result = await db.execute(query) as unknown;
  return Array.isArray(result) ? [...result] : (result as { rows: Row[] }).rows;
}
