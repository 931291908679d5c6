/**
 * What one process of PostgreSQL keeps of searches in 10,000 shapes, each asked twice: `deno run -A bench/shapes.ts`,
 * on BENCH_DATABASE_URL, which has to be a server on this machine.
 */
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { type Database, rows } from "../db/client.ts";
import { preparing, worthPreparing } from "../db/prepared.ts";
import { searchSimilarUsers } from "../db/similar_users.ts";
import { searchUsers } from "../db/user_search.ts";
import { benchDatabase } from "./database.ts";

const SHAPES = Number(Deno.args[0] ?? 10_000);
const FIELDS = ["name", "username", "email"] as const;
const server = Deno.env.get("BENCH_DATABASE_URL")!;
const url = await benchDatabase(server, 1_000, {
  hash: () => Promise.resolve("none"),
  // deno-lint-ignore no-explicit-any
} as any);

let state = 1; // of the pseudo-random numbers

for (
  const [name, shapes, isWorthIt] of [
    ["all prepared", SHAPES / 10, () => true], // all of them would take gigabytes
    ["none prepared", SHAPES / 10, () => false],
    ["bounded", SHAPES, worthPreparing()],
  ] as const
) {
  state = 1;
  const client = postgres(url, {
    max: 1,
    connection: { plan_cache_mode: "force_generic_plan", jit: "off" },
    fetch_types: false,
    onnotice: () => {},
  });
  const db = drizzle({
    client: preparing(client, isWorthIt),
  }) as unknown as Database;
  await rows(db, sql`set enable_seqscan = off`);
  const pid = (await client`select pg_backend_pid() as pid`)[0]!.pid;
  const before = memoryOf(pid);
  const texts = new Set<string>();
  const started = performance.now();
  for (let n = 0; texts.size < shapes; n++) {
    const shape = shapeOf(n);
    const key = JSON.stringify(shape);
    if (texts.has(key)) continue;
    texts.add(key);
    for (let times = 0; times < 2; times++) await ask(db, shape);
  }
  const ms = (performance.now() - started) / shapes / 2;
  const usual = shapeOf(0);
  for (let n = 0; n < 20; n++) await ask(db, usual);
  const again = performance.now();
  for (let n = 0; n < 200; n++) await ask(db, usual);
  const usualMs = (performance.now() - again) / 200;
  const [kept] = await rows<{ texts: number; kb: number }>(
    db,
    sql`select count(*)::int as texts, (sum(length(statement)) / 1000)::int as kb
      from pg_prepared_statements`,
  );
  say(
    `${shapes} shapes, ${name}: ${kept!.texts} statements of ${
      kept!.kb
    } kB kept, the process grew from ${before} to ${memoryOf(pid)} MB; ${
      ms.toFixed(1)
    } ms a search, ${usualMs.toFixed(2)} ms for the one that is asked most`,
  );
  await client.end();
}

type Shape = ReturnType<typeof shapeOf>;

/** The first one is what staff type most: one word, all fields. The others are any. */
function shapeOf(n: number) {
  const pick = (count: number) => n === 0 ? 0 : Math.floor(random(n) * count);
  const fields = FIELDS.filter((_, i) => (pick(7) + 1) & (1 << i) || n === 0);
  return {
    words: pick(8) + 1,
    fields: fields.length === 0 ? [...FIELDS] : fields,
    filter: {
      state: ([undefined, "active", "disabled"] as const)[pick(3)],
      temporary: pick(2) === 1,
      staff: pick(2) === 1,
    },
    first: pick(2) === 0,
    doubtful: pick(3),
    similar: pick(2) === 1,
    alternatives: Array.from({ length: pick(4) + 1 }, () => pick(6) + 1),
  };
}

function random(seed: number) {
  state = (state * 48_271 + seed) % 2_147_483_647; // the same shapes for each way
  return state / 2_147_483_647;
}

async function ask(db: Database, shape: Shape) {
  const word = (n: number) => `q${"abcdefgh"[n]}x`;
  const words = Array.from({ length: shape.words }, (_, n) => word(n));
  const query = {
    text: words.join(" "),
    words,
    fields: shape.fields,
    filter: shape.filter,
    after: shape.first ? undefined : {
      tier: 4,
      key: "m",
      id: "01a212f1-126c-706e-ab71-2600e073886b",
    },
    limit: 26,
  };
  if (shape.similar) {
    await searchSimilarUsers(
      db,
      query,
      shape.alternatives.map((count) =>
        Array.from({ length: count }, (_, n) => `${word(n)} `)
      ),
    );
  } else {
    const doubtful = Array.from({ length: shape.doubtful }, (_, n) => word(n));
    await searchUsers(db, { ...query, doubtful });
  }
}

/** Megabytes that belong to a process alone. */
function memoryOf(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Math.round(Number(status.match(/RssAnon:\s+(\d+)/)![1]) / 1024);
}

function say(line: string) {
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
}
