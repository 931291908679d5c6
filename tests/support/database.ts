import postgres from "postgres";
import { type Connection, connectPostgres } from "../../db/client.ts";
import { embedded } from "./embedded.ts";

export type Driver = Connection["driver"];

const SERVER = Deno.env.get("TEST_DATABASE_URL");

/** Both, where TEST_DATABASE_URL names a PostgreSQL; CI always does. */
export const DRIVERS: Driver[] = SERVER
  ? ["embedded", "postgres"]
  : ["embedded"];

// Said once for all files of a run: they share the environment of the process.
if (!SERVER && !Deno.env.has("LEFT_OUT_POSTGRESQL")) {
  Deno.env.set("LEFT_OUT_POSTGRESQL", "said");
  Deno.stdout.writeSync(
    new TextEncoder().encode(
      "\nleft out: PostgreSQL (TEST_DATABASE_URL is not set)\n",
    ),
  );
}

/** A test that runs on each database. Every file has a fresh one of each, made when first needed. */
export function testOnEach(
  name: string,
  body: (connection: Connection) => Promise<void>,
) {
  for (const driver of DRIVERS) test(driver, name, body);
}

/** A test that takes time, and that the database has no part in. */
export function testEmbedded(
  name: string,
  body: (connection: Connection) => Promise<void>,
) {
  test("embedded", name, body);
}

/** A test of what only several connections can show. */
export function testOnPostgres(
  name: string,
  body: (connection: Connection) => Promise<void>,
) {
  if (SERVER) test("postgres", name, body);
}

/** The address of an empty database; it is dropped when the file's tests are over. */
export async function freshDatabaseUrl(): Promise<string> {
  const name = `passdesk_${crypto.randomUUID().replaceAll("-", "")}`;
  await onServer(`create database ${name}`);
  created.push(name);
  const url = new URL(SERVER!);
  url.pathname = `/${name}`;
  return url.href;
}

export const POSTGRES_SETTINGS = {
  poolSize: 10,
  connectTimeoutSeconds: 5,
  statementTimeoutMs: 20_000,
};

const opened = new Map<Driver, Promise<Connection>>();
const created: string[] = [];

function test(
  driver: Driver,
  name: string,
  body: (connection: Connection) => Promise<void>,
) {
  Deno.test(`${name} [${driver}]`, async () => {
    const connection = opened.get(driver) ?? connect(driver);
    opened.set(driver, connection);
    await body(await connection);
  });
}

async function connect(driver: Driver): Promise<Connection> {
  if (driver === "embedded") return await embedded();
  return await connectPostgres({
    url: await freshDatabaseUrl(),
    ...POSTGRES_SETTINGS,
  });
}

async function onServer(statement: string) {
  const server = postgres(SERVER!, { max: 1, onnotice: () => {} });
  await server.unsafe(statement);
  await server.end();
}

Deno.test.afterAll(async () => {
  for (const connection of opened.values()) await (await connection).close();
  for (const name of created) {
    await onServer(`drop database if exists ${name} with (force)`);
  }
});
