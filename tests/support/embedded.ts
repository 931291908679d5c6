import { PGlite } from "@electric-sql/pglite";
import { fuzzystrmatch } from "@electric-sql/pglite/contrib/fuzzystrmatch";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { drizzle } from "drizzle-orm/pglite";
import type { Connection, Database } from "../../db/client.ts";
import { migrateEmbedded } from "../../db/migrate.ts";

const EXTENSIONS = { pg_trgm, fuzzystrmatch };
const ROOT = new URL("../../", import.meta.url);

/**
 * An empty embedded database of its own, as `connectEmbedded()` gives it, but from a copy that was made once:
 * to make each from nothing took a third of all tests.
 */
export async function embedded(): Promise<Connection> {
  const path = await templatePath();
  const copy = await readIfThere(path) ?? await makeTemplate(path);
  const client = new PGlite({
    loadDataDir: new Blob([copy]),
    extensions: EXTENSIONS,
  });
  await client.waitReady;
  return {
    missing: [],
    db: drizzle({ client }) as unknown as Database,
    driver: "embedded",
    close: () => client.close(),
  };
}

/** Named after all that makes it. */
async function templatePath(): Promise<string> {
  const parts = [await Deno.readTextFile(new URL("deno.lock", ROOT))];
  const folder = new URL("db/migrations/", ROOT);
  const names = [...Deno.readDirSync(folder)].map((it) => it.name).sort();
  for (const name of names.filter((it) => it.endsWith(".sql"))) {
    parts.push(await Deno.readTextFile(new URL(name, folder)));
  }
  const bytes = new TextEncoder().encode(parts.join());
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  const name = new Uint8Array(hash).toHex().slice(0, 16);
  const temporary = Deno.env.get("TMPDIR") ?? "/tmp";
  return `${temporary}/passdesk-test-template-${name}.tar`;
}

async function readIfThere(path: string) {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function makeTemplate(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const client = new PGlite({ extensions: EXTENSIONS });
  await client.waitReady;
  await migrateEmbedded(drizzle({ client }));
  const dump = await client.dumpDataDir("none");
  await client.close();
  const bytes = new Uint8Array(await dump.arrayBuffer());
  const unfinished = `${path}.${crypto.randomUUID()}`;
  await Deno.writeFile(unfinished, bytes);
  await Deno.rename(unfinished, path); // whole or not at all, for whoever else looks
  return bytes;
}
