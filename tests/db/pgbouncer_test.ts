import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { connectPostgres, rows } from "../../db/client.ts";
import { DatabaseUrlError } from "../../db/pooling.ts";
import { findUsers } from "../../services/user_search.ts";
import { browser, program } from "../support/app.ts";
import {
  freshDatabaseUrl,
  POSTGRES_SETTINGS,
  testOnPostgres,
} from "../support/database.ts";
import { person } from "../support/people.ts";
import { freePort } from "../support/process.ts";
import {
  asPostgres,
  folderOfPostgres,
  installed,
  listening,
  PGBOUNCER,
  writeForPostgres,
} from "../support/servers.ts";

const IGNORED = "statement_timeout, plan_cache_mode, enable_seqscan, jit";

/** A PgBouncer in front of a fresh database, and the addresses of both. */
async function pooled({ mode, ignore = IGNORED }: {
  mode: "transaction" | "session";
  ignore?: string;
}) {
  const direct = await freshDatabaseUrl();
  const { hostname, port, username, pathname } = new URL(direct);
  const folder = await folderOfPostgres();
  const listen = freePort();
  await writeForPostgres(
    `${folder}/pgbouncer.ini`,
    `[databases]
* = host=${hostname} port=${port || 5432} user=${username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listen}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
ignore_startup_parameters = extra_float_digits${ignore && `, ${ignore}`}
`,
  );
  const child = asPostgres(PGBOUNCER, ["-q", `${folder}/pgbouncer.ini`])
    .spawn();
  await listening(listen);
  return {
    direct,
    url: `postgres://${username}@127.0.0.1:${listen}${pathname}`,
    async stop() {
      child.kill("SIGKILL");
      await child.output();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Texts, filters and pages of as many shapes as it takes for statements to be missing. */
async function searchMany(running: ReturnType<typeof program>) {
  const found = await Promise.all(
    Array.from({ length: 200 }, async (_, n) => {
      const { hits } = await findUsers(running.services, {
        query: Array.from({ length: 1 + n % 6 }, () => "zoe").join(" "),
        ...(n % 2 && { state: "active" as const }),
        ...(n % 3 && { staff: true }),
      });
      return hits.length;
    }),
  );
  assert.deepEqual([...new Set(found)], [1]);
}

if (installed(PGBOUNCER)) {
  testOnPostgres(
    "PgBouncer in transaction mode is found at the start and refused in a sentence",
    async () => {
      for (
        const [ignore, told] of [
          [IGNORED, /shares connections by transaction.*DATABASE_PREPARE=off/],
          ["", /unsupported startup parameter.*DATABASE_PREPARE=off/],
        ] as const
      ) {
        const { url, stop } = await pooled({ mode: "transaction", ignore });
        await assert.rejects(
          () => connectPostgres({ ...POSTGRES_SETTINGS, url }),
          (error: Error) =>
            error instanceof DatabaseUrlError && told.test(error.message),
        );
        await stop();
      }
    },
  );

  testOnPostgres(
    "with DATABASE_PREPARE=off it works there: several start together, search, sign in, and leave no lock",
    async () => {
      const { url, direct, stop } = await pooled({
        mode: "transaction",
        ignore: "",
      });
      const settings = { ...POSTGRES_SETTINGS, url, prepare: false };
      const connections = await Promise.all(
        Array.from({ length: 3 }, () => connectPostgres(settings)),
      );
      const [connection] = connections;
      assert.deepEqual(connection!.missing, [
        "alter role … set statement_timeout = '20000'",
        "alter role … set jit = 'off'",
      ]);
      const running = program(connection!);
      const zoe = await person(connection!.db, {
        name: "Zoë Müller",
        username: "zoe",
        permissions: ["user_management"],
      });
      await searchMany(running);
      const visitor = browser(running);
      assert.equal((await visitor.signIn(zoe)).status, 303);
      assert.equal((await visitor.get("/users?query=zoe")).status, 200);
      const other = await connectPostgres({ ...settings, url: direct });
      assert.deepEqual(
        await rows(
          other.db,
          sql`select count(*)::int as locks from pg_locks join pg_database d on d.oid = database
            where locktype = 'advisory' and datname = current_database()`,
        ),
        [{ locks: 0 }],
      );
      await Promise.all([...connections, other].map((it) => it.close()));
      await stop();
    },
  );

  testOnPostgres(
    "in session mode PgBouncer serves prepared statements, and the start names the settings that it drops",
    async () => {
      const { url, stop } = await pooled({ mode: "session" });
      const connection = await connectPostgres({ ...POSTGRES_SETTINGS, url });
      assert.deepEqual(connection.missing, [
        "alter role … set statement_timeout = '20000'",
        "alter role … set jit = 'off'",
        "alter role … set plan_cache_mode = 'force_generic_plan'",
        "alter role … set enable_seqscan = 'off'",
      ]);
      await person(connection.db, {
        name: "Zoë Müller",
        username: "zoe",
        permissions: ["user_management"],
      });
      await searchMany(program(connection));
      await connection.close();
      await stop();
    },
  );
}
