import { PGlite } from "@electric-sql/pglite";
import { fuzzystrmatch } from "@electric-sql/pglite/contrib/fuzzystrmatch";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { drizzle, type PgliteDatabase } from "drizzle-orm/pglite";

/** The folder can't be used; the message says why and what to do. */
export class DataDirError extends Error {
  override name = "DataDirError";
}

/**
 * PGlite: PostgreSQL compiled to WebAssembly, in this process. Two processes on one folder raise
 * no error and lose rows, hence the lock, which lies beside the folder and not in it.
 */
export async function openEmbedded(
  dataDir?: string,
): Promise<{ db: PgliteDatabase; close(): Promise<void> }> {
  const lock = dataDir && await lockDataDir(dataDir);
  const client = new PGlite({
    ...(dataDir && { dataDir: `${dataDir}/pglite` }),
    extensions: { pg_trgm, fuzzystrmatch },
  });
  await client.waitReady;
  return {
    db: drizzle({ client }),
    close: async () => {
      await client.close();
      if (lock) lock.close();
    },
  };
}

async function lockDataDir(dataDir: string): Promise<Deno.FsFile> {
  const lock = await openLock(dataDir);
  if (await lock.tryLock(true)) return lock;
  lock.close();
  throw new DataDirError(
    `another Passdesk has the folder "${dataDir}" open; stop it, or name another one in DATA_DIR`,
  );
}

async function openLock(dataDir: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(dataDir, { recursive: true, mode: 0o700 });
    await Deno.chmod(dataDir, 0o700); // PGlite makes files that everybody may read and write
    return await Deno.open(`${dataDir}/pglite.lock`, {
      create: true,
      write: true,
    });
  } catch (error) {
    throw new DataDirError(
      error instanceof Deno.errors.NotCapable
        ? `the task may write to "data" alone; for DATA_DIR=${dataDir} take its command from deno.json with --allow-write=${dataDir}`
        : `the folder "${dataDir}" in DATA_DIR can't be written to (${
          (error as Error).name
        })`,
    );
  }
}
