import { type Figures, type Flood, measure, openDesk } from "./flooded.ts";
import { wrongOnDear, wrongSignIns } from "./hash_floods.ts";
import { strengthChecks } from "./strength_floods.ts";

/**
 * What honest users feel while a flood runs, against a program of its own on this machine; BENCH_DATABASE_URL names a
 * PostgreSQL in which databases may be created. BENCH_FOLDER is another checkout whose program is measured, to
 * compare; BENCH_SECONDS how long each flood runs; arguments choose floods by a part of their name.
 */
const FLOODS: Flood[] = [
  strengthChecks,
  wrongSignIns,
  wrongOnDear(14),
  wrongOnDear(11),
];

/** To reach under either flood: of pages at p95, of sign-ins in the median. Milliseconds. */
const GOAL = { pages: 250, signIns: 1_000 };

const server = Deno.env.get("BENCH_DATABASE_URL");
const seconds = Number(Deno.env.get("BENCH_SECONDS") ?? 20);
const folder = Deno.env.get("BENCH_FOLDER") ??
  new URL("..", import.meta.url).pathname;
if (!server) {
  say(
    "BENCH_DATABASE_URL must name a PostgreSQL in which databases may be created",
  );
  Deno.exit(2);
}

const wanted = (name: string) =>
  Deno.args.length === 0 || Deno.args.some((it) => name.includes(it));
const desk = await openDesk({ server, folder });
try {
  say(`${navigator.hardwareConcurrency} cores, load ${load()}`);
  tell("nobody else", await measure(desk, { seconds: seconds / 2 }));
  for (const flood of FLOODS.filter((it) => wanted(it.name))) {
    tell(flood.name, await measure(desk, { flood, seconds }));
  }
} finally {
  await desk.close();
}

function tell(
  name: string,
  { pages, signIns, answers }: Awaited<ReturnType<typeof measure>>,
) {
  const reached = pages.p95 < GOAL.pages && signIns.median < GOAL.signIns;
  say(
    `${name} (load ${load()})\n` +
      `  pages     ${inWords(pages)}\n` +
      `  sign-ins  ${inWords(signIns)}\n` +
      `  the flood got ${answers} answers; goal ${
        reached ? "reached" : "missed"
      }`,
  );
}

function inWords({ median, p95, most, count, failed }: Figures) {
  const ms = (it: number) => `${it.toFixed(0)} ms`;
  return `median ${ms(median)}, p95 ${ms(p95)}, most ${
    ms(most)
  }, of ${count}, ${failed} failed`;
}

function load() {
  return Deno.loadavg()[0]!.toFixed(1);
}

function say(line: string) {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
