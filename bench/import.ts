import postgres from "postgres";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { stringify } from "csv-stringify/sync";
import { migratePostgres } from "../db/migrate.ts";
import { demoPeople } from "../services/demo_people.ts";
import { taskCommand } from "../tests/support/process.ts";

/**
 * `deno task bench:import [ROWS] [csv|ndjson]`: an import as the command does it, beside a bare COPY of the same
 * rows into the same tables with the same indexes, in one run.
 */

const SERVER = Deno.env.get("BENCH_DATABASE_URL");
const ROWS = Number(Deno.args[0] ?? 1_000_000);
const FORMAT = Deno.args[1] ?? "csv";
const DATABASE = "passdesk_bench_import";
const HASHES = [
  "$2b$10$7JFti0fkDVwYqy8poxolX.BttNGPN.HcW80ik8tkrtVxURbIBvlbu",
  "$argon2id$v=19$m=19456,t=2,p=1$Dgc5WHh4x67Xh03B4NCONA$B7zvcWKNh877ODp0G/VdkDJDNm5XOvlLmnRzQAuadt4",
  "pbkdf2_sha256$600000$seasalt2seasalt2$sChRf+WMh6AY3zFfQmUerp0+U0GM0FMHOAX+ZnQi7go=",
];
const TABLES = {
  users:
    "id, username, name, email, attributes, username_key, name_key, email_key, disabled_at",
  passwords: "user_id, hash, set_at, temporary",
};

if (!SERVER) throw new Error("BENCH_DATABASE_URL names no PostgreSQL");
const folder = await Deno.makeTempDir();
try {
  await main(SERVER);
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function main(server: string) {
  const url = await freshDatabase(server);
  const file = `${folder}/users.${FORMAT}`;
  await writeUsers(file);
  const { size } = await Deno.stat(file);
  say(`${ROWS} users, ${FORMAT}, ${Math.round(size / 1e6)} MB`);

  const imported = await runImport(url, file);
  const db = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false });
  say(
    `import ${imported.rate} rows/s, ${imported.memoryMb} MB at most (VmHWM)`,
  );
  const [counts] = await db`select
    (select count(*)::int from users) as users, (select count(*)::int from passwords) as passwords`;
  if (counts!.users !== ROWS || counts!.passwords !== ROWS) {
    throw new Error(`lost or doubled: ${JSON.stringify(counts)}`);
  }
  for (const [table, columns] of Object.entries(TABLES)) {
    await copyOut(db, table, columns);
  }
  await db`truncate users, name_words cascade`;
  await db`checkpoint`;
  let copyMs = 0;
  for (const [table, columns] of Object.entries(TABLES)) {
    const started = performance.now();
    await copyIn(db, table, columns);
    copyMs += performance.now() - started;
    // Or the next one's foreign keys may be looked up by a plan for an empty table, without an end.
    await db.unsafe(`vacuum analyze ${table}`);
  }
  await db.end();
  const copied = rate(copyMs);
  say(`COPY   ${copied} rows/s`);
  say(`${Math.round(imported.rate / copied * 100)} % of COPY`);
}

function say(line: string) {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function rate(ms: number) {
  return Math.round(ROWS / ms * 1000);
}

async function freshDatabase(server: string): Promise<string> {
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  await admin.unsafe(`drop database if exists ${DATABASE} with (force)`);
  await admin.unsafe(`create database ${DATABASE}`);
  await admin.end();
  const url = new URL(server);
  url.pathname = `/${DATABASE}`;
  await migratePostgres({ url: url.href, options: {} });
  return url.href;
}

async function writeUsers(path: string) {
  const output = await Deno.open(path, { create: true, write: true });
  const writer = output.writable.getWriter();
  const encoder = new TextEncoder();
  let number = 0;
  let lines: string[] = [];
  const flush = async () => {
    await writer.write(encoder.encode(lines.join("")));
    lines = [];
  };
  if (FORMAT === "csv") {
    lines.push(
      "username,name,email,password_hash,disabled,attributes.department\r\n",
    );
  }
  for (
    const { username, name, email, attributes, disabled } of demoPeople(ROWS)
  ) {
    const hash = HASHES[number++ % HASHES.length]!;
    const { department = "" } = attributes;
    lines.push(
      FORMAT === "csv"
        ? stringify([[
          username,
          name,
          email,
          hash,
          disabled ? "yes" : "no",
          department,
        ]], { record_delimiter: "windows" })
        : JSON.stringify({
          username,
          name,
          email,
          password_hash: hash,
          disabled,
          attributes: { department },
        }) + "\n",
    );
    if (lines.length === 10_000) await flush();
  }
  await flush();
  await writer.close();
}

/** The command in a process of its own, with the permissions that it ships with. */
async function runImport(url: string, file: string) {
  const started = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...await taskCommand("import"), file],
    cwd: new URL("../", import.meta.url),
    env: { DATABASE_URL: url, SECRET_KEY: btoa("x".repeat(32)), INIT_CWD: "/" },
    stdout: "null",
  }).spawn();
  let memoryMb = 0;
  const sampling = setInterval(async () => {
    const status = await Deno.readTextFile(`/proc/${child.pid}/status`)
      .catch(() => "");
    const kib = status.match(/VmHWM:\s+(\d+)/)?.[1];
    if (kib) memoryMb = Math.round(Number(kib) / 1024);
  }, 200);
  const { code } = await child.status;
  clearInterval(sampling);
  if (code !== 0) throw new Error(`the import ended with ${code}`);
  return { rate: rate(performance.now() - started), memoryMb };
}

/** The rows as COPY takes them; read by SELECT, since the driver's reading of COPY stalls under Deno. */
async function copyOut(db: postgres.Sql, table: string, columns: string) {
  const file = await Deno.open(`${folder}/${table}.copy`, {
    create: true,
    write: true,
  });
  const writer = file.writable.getWriter();
  const texts = columns.split(", ").map((it) => `${it}::text`).join(", ");
  const pages = db.unsafe(`select ${texts} from ${table}`).cursor(5_000);
  for await (const page of pages) {
    const lines = page.map((row) =>
      Object.values(row).map(escapeCell).join("\t") + "\n"
    );
    await writer.write(new TextEncoder().encode(lines.join("")));
  }
  await writer.close();
}

function escapeCell(text: string | null) {
  return text === null ? "\\N" : text.replaceAll("\\", "\\\\");
}

async function copyIn(db: postgres.Sql, table: string, columns: string) {
  const rows = await db.unsafe(`copy ${table} (${columns}) from stdin`)
    .writable();
  await pipeline(createReadStream(`${folder}/${table}.copy`), rows);
}
