import {
  createPasswordHasher,
  DEFAULT_HASH_PARAMETERS,
} from "../services/password_hash.ts";
import * as argon2 from "@node-rs/argon2";
import { benchDatabase, PASSWORD, somePeople } from "./database.ts";
import { get, type Load, PARALLEL, rate, sideBySide } from "./load.ts";
import { desk, visit } from "./passdesk.ts";

/**
 * Passdesk beside bare handlers, in one run on one PostgreSQL: BENCH_DATABASE_URL names the server.
 * Figures of one run can be compared with each other, and with nothing else.
 */
const SERVER = Deno.env.get("BENCH_DATABASE_URL");
const USERS = Number(Deno.env.get("BENCH_USERS") ?? 100_000);
if (!SERVER) {
  say(
    "BENCH_DATABASE_URL must name a PostgreSQL in which databases may be created",
  );
  Deno.exit(2);
}

const hasher = createPasswordHasher({
  parameters: DEFAULT_HASH_PARAMETERS,
  width: navigator.hardwareConcurrency,
  maxWaiting: 1000,
});
const databaseUrl = await benchDatabase(SERVER, USERS, hasher);
const people = await somePeople(databaseUrl, 20_000);
// Whose password is set can't be signed in with in the next run.
const [known, changed] = [people.slice(0, 10_000), people.slice(10_000)];
const running: Deno.ChildProcess[] = [];

try {
  await main();
} finally {
  for (const child of running) child.kill();
}

async function main() {
  const [origin, bareOrigin] = [
    "http://localhost:8765",
    "http://localhost:8766",
  ];
  const started = performance.now();
  start("main.ts", {
    DATABASE_URL: databaseUrl,
    PUBLIC_URL: origin,
    LISTEN_PORT: "8765",
    SIGN_IN_ATTEMPTS_PER_ADDRESS: "100000",
    SEARCHES_PER_MINUTE: "1000000",
    MAIL_WORKER: "off",
    SECRET_KEY: btoa("k".repeat(32)),
  }, [
    "--allow-env",
    "--allow-read",
    "--allow-net",
    "--allow-ffi=node_modules",
  ]);
  await firstAnswer(`${origin}/sign-in`);
  const startMs = performance.now() - started;
  start("bench/bare.ts", { DATABASE_URL: databaseUrl }, ["-A"], "8766");
  await firstAnswer(bareOrigin);

  say(
    `${USERS} users, ${navigator.hardwareConcurrency} cores, ${PARALLEL} at once\n`,
  );
  say(`start to first answer: ${startMs.toFixed(0)} ms\n`);
  const { cookie, setPassword } = await desk(origin);

  const searches = { selective: "hintergrab", common: "muller", none: "zzqqx" };
  for (const [what, query] of Object.entries(searches)) {
    const path = `/users?query=${query}`;
    compare(
      `search, ${what}`,
      await sideBySide([
        get(origin + path, cookie, 'id="results"'),
        get(bareOrigin + path, cookie, "<table>"),
      ]),
    );
  }
  let next = 0;
  const details = async () => {
    const { id } = people[next++ % people.length]!;
    await get(`${origin}/users/${id}`, cookie, 'id="user"')();
  };
  const bare = get(
    `${bareOrigin}/users?query=${searches.selective}`,
    cookie,
    "<table>",
  );
  compare("details", await sideBySide([details, bare]));

  const bareHashes = await rate(bareVerify(await hasher.hash(PASSWORD)), {
    seconds: 5,
    parallel: 2,
  });
  const { signIn } = await visit(origin);
  const signIns = await rate(
    () => signIn(known[next++ % known.length]!.username),
    { seconds: 10, parallel: 64 },
  );
  say(
    `\nsign-in, 64 at once: ${signIns.toFixed(0)}/s beside ${
      bareHashes.toFixed(0)
    }/s of bare Argon2id two at a time: ${percent(signIns / bareHashes)}`,
  );
  for (const parallel of [1, 16]) {
    const sets = await rate(
      () => setPassword(changed[next++ % changed.length]!.id),
      { seconds: 5, parallel },
    );
    say(
      `set password, ${parallel} at once: ${sets.toFixed(0)}/s beside ${
        (bareHashes / 2).toFixed(0)
      }/s (two hashes each): ${percent(sets / (bareHashes / 2))}`,
    );
  }
}

function bareVerify(hash: string) {
  return async () => {
    if (!await argon2.verify(hash, PASSWORD)) throw new Error("not verified");
  };
}

function compare(what: string, [ours, bare]: [Load, Load]) {
  say(
    `${what.padEnd(18)} ${ours.latencyMs.toFixed(2)} ms beside ${
      bare.latencyMs.toFixed(2)
    } ms: ${(ours.latencyMs / bare.latencyMs).toFixed(2)} times; ${
      ours.perSecond.toFixed(0)
    }/s beside ${bare.perSecond.toFixed(0)}/s: ${
      percent(ours.perSecond / bare.perSecond)
    }`,
  );
}

function start(
  script: string,
  env: Record<string, string>,
  permissions: string[],
  ...args: string[]
) {
  running.push(
    new Deno.Command(Deno.execPath(), {
      args: ["run", ...permissions, script, ...args],
      env,
      cwd: new URL("..", import.meta.url),
      stdout: "null",
      stderr: "null",
    }).spawn(),
  );
}

async function firstAnswer(url: string) {
  for (;;) {
    try {
      await (await fetch(url)).body?.cancel();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

function percent(share: number) {
  return `${(share * 100).toFixed(0)} %`;
}

function say(line: string) {
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
}
