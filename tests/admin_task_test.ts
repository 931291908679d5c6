import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { connectPostgres } from "../db/client.ts";
import { sealAuditLog } from "../services/audit_seals.ts";
import { createSecretBox } from "../services/secret_box.ts";
import { browser, program } from "./support/app.ts";
import {
  freshDatabaseUrl,
  POSTGRES_SETTINGS,
  testOnPostgres,
} from "./support/database.ts";
import { admin, freePort, startProgram } from "./support/process.ts";

const SECRET_KEY = Buffer.alloc(32, 7).toString("base64");

testOnPostgres(
  "with the permissions that ship: from an empty database to an administrator who signs in",
  async () => {
    const DATABASE_URL = await freshDatabaseUrl();
    const environment = { DATABASE_URL, SECRET_KEY };
    const created = await admin([
      "create-administrator",
      "--username=ada",
      "--name=Ada Admin",
    ], environment);
    assert.deepEqual([created.code, created.stderr], [0, ""]);
    const reset = await admin(
      ["reset-password", "ada", "--json"],
      environment,
    );
    const { url, ok } = JSON.parse(reset.stdout);
    assert.deepEqual([reset.code, ok, reset.stderr], [0, true, ""]);

    const connection = await connectPostgres({
      url: DATABASE_URL,
      ...POSTGRES_SETTINGS,
    });
    const running = program(connection);
    const visitor = browser(running);
    await visitor.get(new URL(url).pathname);
    const newPassword = "nineteen herons on a wire";
    await visitor.post("/password-reset", { newPassword });
    await visitor.post("/sign-in", {
      identifier: "ada",
      password: newPassword,
    });
    assert.equal((await visitor.get("/users")).status, 200);

    const refused = await admin(["setup", "--json"], environment);
    assert.equal(refused.code, 1);
    assert.equal(JSON.parse(refused.stdout).reason, "administrator_exists");
    await connection.close();
  },
);

testOnPostgres(
  "what the server's key sealed is verified by the command, which reads the same configuration",
  async () => {
    const DATABASE_URL = await freshDatabaseUrl();
    const connection = await connectPostgres({
      url: DATABASE_URL,
      ...POSTGRES_SETTINGS,
    });
    const { services } = program(connection);
    const secrets = createSecretBox([Buffer.from(SECRET_KEY, "base64")]);
    await connection.db.execute(sql`
      insert into audit_events (id, at, event, address, request_id)
      values (${
      uuidv7({ msecs: Date.now() - 3_600_000 })
    }, now() - interval '1 hour', 'user_created', '192.0.2.1', 'r')`);
    const { mac } = await sealAuditLog({ ...services, secrets });
    await connection.close();

    const verified = await admin(["verify-audit", "--json"], {
      DATABASE_URL,
      SECRET_KEY,
    });
    assert.deepEqual(
      [verified.code, JSON.parse(verified.stdout).seal],
      [0, mac],
    );
    const other = await admin(["verify-audit"], {
      DATABASE_URL,
      SECRET_KEY: Buffer.alloc(32, 8).toString("base64"),
    });
    assert.deepEqual([other.code, other.stdout], [3, ""]);
    assert.match(other.stderr, /by a key that SECRET_KEY doesn't have/);
  },
);

Deno.test("an embedded database that a server has open: the command says so and ends with 4", async () => {
  const port = String(freePort());
  const environment = {
    DATA_DIR: await Deno.makeTempDir(),
    LISTEN_PORT: port,
    PUBLIC_URL: `http://localhost:${port}`,
  };
  const server = await startProgram("start", environment);
  await server.said("Passdesk is ready");
  const { code, stdout, stderr } = await admin(["setup"], environment);
  assert.deepEqual([code, stdout], [4, ""]);
  assert.match(stderr, /another Passdesk has the folder .* open; stop it/);
  await server.end();

  const { code: free, stdout: link } = await admin(["setup"], environment);
  assert.equal(free, 0);
  assert.match(link, /\/setup\/\S+\n$/);
  await Deno.remove(environment.DATA_DIR, { recursive: true });
});

Deno.test("a database that is away, and a setting that is wrong, end with 4 and one JSON document", async () => {
  for (
    const [given, message] of [
      [
        { DATABASE_URL: "postgres://nobody@127.0.0.1:1/x", SECRET_KEY },
        /database of DATABASE_URL doesn't answer/,
      ],
      [{ PASSWORD_MIN_LENGTH: "7" }, /PASSWORD_MIN_LENGTH: .*>=8/],
    ] as const
  ) {
    const { code, stdout } = await admin(["setup", "--json"], given);
    assert.equal(code, 4);
    const answer = JSON.parse(stdout);
    assert.deepEqual([answer.ok, answer.reason], [false, "cannot_run"]);
    assert.match(answer.message, message);
  }
});
