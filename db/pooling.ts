import postgres from "postgres";

/** What is in front of the database, or how it is reached, can't work; the message says what to do. */
export class DatabaseUrlError extends Error {
  override name = "DatabaseUrlError";
}

const PROBE = "select $1::int as passdesk_probe";
const NO_SUCH_PARAMETER = "08P01";

/**
 * Finds a pooler between the program and PostgreSQL that hands a connection to somebody else after each
 * transaction, and knows no prepared statements: searches would fail one after another, once the statements that
 * they were prepared as are on another connection.
 *
 * @throws {DatabaseUrlError}
 */
export async function refuseUnpreparedPooler(
  url: string,
  options: postgres.Options<Record<string, never>>,
): Promise<void> {
  const [ours, other] = [0, 1].map(() =>
    postgres(url, { ...options, max: 1 })
  ) as [postgres.Sql, postgres.Sql];
  try {
    if (await isShared(ours, other) && !await keepsStatements(ours)) {
      throw new DatabaseUrlError(
        "DATABASE_URL leads to a pooler that shares connections by transaction and keeps no prepared statements; set DATABASE_PREPARE=off, or use its session mode or PgBouncer 1.21 or newer with max_prepared_statements",
      );
    }
  } catch (error) {
    throw explained(error);
  } finally {
    await Promise.all([ours, other].map((it) => it.end({ timeout: 1 })));
  }
}

/** Two open connections that are served by one process of PostgreSQL, or one that is served by two. */
async function isShared(ours: postgres.Sql, other: postgres.Sql) {
  const first = await processOf(ours);
  return await other.begin(async (tx) => {
    if (await processOf(tx) === first) return true;
    for (let tries = 0; tries < 3; tries++) {
      if (await processOf(ours) !== first) return true;
    }
    return false;
  });
}

/**
 * A pooler that keeps prepared statements gives them names of its own (PgBouncer from 1.21: `PGBOUNCER_1`), where
 * those of postgres.js are letters in lower case and digits. Asking for a missing one would tell less: postgres.js
 * tries once more by itself.
 */
async function keepsStatements(ours: postgres.Sql) {
  const names = await ours.begin(async (tx) => {
    await tx.unsafe(PROBE, [1], { prepare: true });
    return await tx.unsafe(
      "select name from pg_prepared_statements where statement = $1",
      [PROBE],
    );
  });
  return names.some(({ name }) => !/^[a-z\d]+$/.test(name));
}

async function processOf(sql: Pick<postgres.Sql, "unsafe">): Promise<number> {
  const [row] = await sql.unsafe("select pg_backend_pid() as pid");
  return row!.pid;
}

function explained(error: unknown) {
  const { code, message } = error as { code?: string; message: string };
  return code === NO_SUCH_PARAMETER && /startup parameter/.test(message)
    ? new DatabaseUrlError(
      `DATABASE_URL leads to a pooler that refuses a setting of the connection (${message}); name it in ignore_startup_parameters, or set DATABASE_PREPARE=off`,
    )
    : error;
}
