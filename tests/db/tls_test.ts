import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { generate } from "selfsigned";
import postgres from "postgres";
import { connectPostgres, rows } from "../../db/client.ts";
import { connectionOptions } from "../../db/tls.ts";
import { readSettings, SettingError } from "../../services/config.ts";
import { postgresSettings } from "../../services/database_settings.ts";
import { freePort, startProgram } from "../support/process.ts";
import {
  asPostgres,
  folderOfPostgres,
  installed,
  listening,
  POSTGRES_BIN,
  writeForPostgres,
} from "../support/servers.ts";

const AUTHORITY = [
  { name: "basicConstraints" as const, cA: true, critical: true },
];

async function authority(name: string) {
  return await generate([{ name: "commonName", value: name }], {
    keySize: 2048,
    extensions: AUTHORITY,
  });
}

/** A PostgreSQL with a certificate for localhost and 127.0.0.1, or without TLS. */
async function server(ca?: { private: string; cert: string }) {
  const folder = await folderOfPostgres();
  const port = freePort();
  const data = `${folder}/data`;
  await asPostgres(`${POSTGRES_BIN}/initdb`, [
    ...["-D", data, "-U", "passdesk", "-A", "trust", "-E", "UTF8"],
    ...["--locale=C.UTF-8", "--no-sync"],
  ]).output();
  const settings = [
    `port=${port}`,
    "listen_addresses=127.0.0.1,127.0.0.2",
    `unix_socket_directories=${folder}`,
    "fsync=off",
  ];
  if (ca) {
    const made = await generate([{ name: "commonName", value: "db" }], {
      keySize: 2048,
      ca: { key: ca.private, cert: ca.cert },
      extensions: [{
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      }],
    });
    await writeForPostgres(`${folder}/cert.pem`, made.cert);
    await writeForPostgres(`${folder}/key.pem`, made.private);
    settings.push(
      "ssl=on",
      `ssl_cert_file=${folder}/cert.pem`,
      `ssl_key_file=${folder}/key.pem`,
    );
  }
  const child = asPostgres(`${POSTGRES_BIN}/postgres`, [
    "-D",
    data,
    ...settings.flatMap((it) => ["-c", it]),
  ]).spawn();
  await listening(port);
  return {
    port,
    async stop() {
      child.kill("SIGQUIT");
      await child.output();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const SECRET_KEY = Buffer.alloc(32, 7).toString("base64");

if (installed(`${POSTGRES_BIN}/initdb`)) {
  Deno.test("PostgreSQL is reached by TLS with a verified certificate, or not at all (ASVS 12.3.1, 12.3.2)", async () => {
    const folder = await Deno.makeTempDir();
    const [ours, other] = [await authority("ours"), await authority("other")];
    await Deno.writeTextFile(`${folder}/ours.pem`, ours.cert);
    await Deno.writeTextFile(`${folder}/other.pem`, other.cert);
    const [secure, plain] = await Promise.all([server(ours), server()]);

    const at = (host: string, { port }: { port: number }) =>
      `postgres://passdesk@${host}:${port}/postgres`;
    const required = { DATABASE_TLS: "required", SECRET_KEY };
    const connect = async (environment: Record<string, string>) =>
      await connectPostgres(postgresSettings(readSettings(environment))!);

    for (const host of ["localhost", "127.0.0.1"]) {
      const { db, close } = await connect({
        ...required,
        DATABASE_URL: `${at(host, secure)}?sslmode=disable`,
        DATABASE_CA: `${folder}/ours.pem`,
      });
      assert.deepEqual(
        await rows(
          db,
          sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`,
        ),
        [{ ssl: true }],
      );
      await close();
    }
    for (
      const [given, told] of [
        [{
          DATABASE_URL: at("localhost", secure),
          DATABASE_CA: `${folder}/other.pem`,
        }, /certificate .* DATABASE_CA\n$/],
        [
          { DATABASE_URL: at("localhost", secure) },
          /certificate .* DATABASE_CA\n$/,
        ],
        [{
          DATABASE_URL: at("127.0.0.2", secure), // the certificate names others
          DATABASE_CA: `${folder}/ours.pem`,
        }, /certificate .* DATABASE_CA\n$/],
        [{
          DATABASE_URL: at("localhost", plain),
          DATABASE_CA: `${folder}/ours.pem`,
        }, /offers no TLS/],
      ] as const
    ) {
      const started = await startProgram("start", {
        ...required,
        ...given,
        DATA_DIR: folder,
      });
      assert.equal(await started.ended(), 1);
      assert.match(started.output.stderr, told);
      assert.match(started.output.stderr, /^Passdesk does not start: .*\n$/);
    }
    const off = await connect({
      ...required,
      DATABASE_TLS: "off",
      DATABASE_URL: at("localhost", plain),
    });
    await off.close();
    await Promise.all([secure.stop(), plain.stop()]);
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("an address that two readers could take for different machines is refused (ASVS 12.3.1)", () => {
  const local = "postgres://a@localhost/p";
  for (
    const url of [
      "postgres:///p",
      "postgres:///p?host=/var/run/postgresql",
      "postgres://a@%2Fvar%2Frun%2Fpostgresql/p",
      "postgres://a@db.example.org/p?host=localhost",
      "postgres://a@db.example.org/p?host=",
      "postgres://a@localhost/p?host=db.example.org",
      "postgres://a@localhost,db.example.org/p",
      "postgres://a@localhost%2Cdb.example.org/p",
      "postgres://a:p@db.example.org,x@localhost/p",
      "postgres://a:p@db.example.org@localhost/p",
    ]
  ) {
    for (
      const [name, environment] of [
        ["DATABASE_URL", { DATABASE_URL: url }],
        ["DATABASE_OWNER_URL", {
          DATABASE_URL: local,
          DATABASE_OWNER_URL: url,
        }],
      ] as const
    ) {
      const settings = readSettings({ ...environment, SECRET_KEY });
      assert.throws(
        () => postgresSettings(settings),
        (error) =>
          error instanceof SettingError && error.message.startsWith(`${name}:`),
        url,
      );
    }
  }
});

Deno.test("postgres.js connects to the host that TLS was decided by", () => {
  for (
    const [url, host, port] of [
      ["postgres://a@[::1]:5433/p", "::1", 5433],
      ["postgres://a@localhost#,db.example.org/p", "localhost", 5432],
      ["postgres://a@127.0.0.1?x=@db.example.org", "127.0.0.1", 5432],
      ["postgres://a@db.example.org:99/p", "db.example.org", 99],
    ] as const
  ) {
    const options = connectionOptions(url, { connectTimeoutSeconds: 1 });
    const read = postgres(url, options).options;
    assert.deepEqual([read.host, read.port], [[host], [port]], url);
  }
});

Deno.test("TLS is required of any other machine, unless the settings say otherwise (ASVS 12.3.1)", () => {
  const tls = (DATABASE_URL: string, more: Record<string, string> = {}) =>
    postgresSettings(readSettings({ DATABASE_URL, SECRET_KEY, ...more }))!.tls;
  for (
    const url of [
      "postgres://a@db.example.org/p",
      "postgres://a@10.0.0.7/p",
      "postgres://a@db/p",
      "postgres://a@localhost.example.org/p",
      "postgres://a@db.example.org/p?sslmode=disable",
    ]
  ) {
    assert.deepEqual(tls(url), {}, url);
    assert.equal(tls(url, { DATABASE_TLS: "off" }), undefined);
  }
  for (
    const url of [
      "postgres://a@localhost/p",
      "postgres://a@127.0.0.1:5433/p",
      "postgres://a@[::1]/p",
    ]
  ) {
    assert.equal(tls(url), undefined, url);
    assert.deepEqual(tls(url, { DATABASE_TLS: "required" }), {});
  }
  assert.deepEqual(
    tls("postgres://a@localhost/p", {
      DATABASE_OWNER_URL: "postgres://b@db.example.org/p",
    }),
    {},
  );
  assert.throws(
    () => tls("postgres://a@db/p", { DATABASE_CA: "/no/such/file" }),
    SettingError,
  );
});
