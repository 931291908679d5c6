import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { isAbsolute, join } from "node:path";
import {
  endJob,
  findJob,
  insertJob,
  listProblems,
  resumeJob,
} from "../db/jobs.ts";
import type { Services } from "./context.ts";
import type { ImportOptions } from "./import_batches.ts";
import { IMPORT_FORMATS, type ImportFormat } from "./import_lines.ts";
import { DEFAULT_BATCH, runImport } from "./imports.ts";
import { type Job, jobContext } from "./job_batches.ts";
import { explainJobFailure } from "./job_failure.ts";
import { describeError } from "./log.ts";
import { explainStartFailure } from "./start_failure.ts";

const USAGE =
  "deno task import FILE [--dry-run] [--skip-existing] [--format csv|ndjson] [--batch N]";
const MAX_BATCH = 10_000;
const TELL_EACH_MS = 2_000;
const PROBLEMS_AT_ONCE = 1_000;

/** What the command was called with makes no sense; the message says how it is called. */
export class ImportUsageError extends Error {
  override name = "ImportUsageError";
}

/**
 * `deno task import`: imports a file, or goes on where the same file with the same options was left.
 *
 * @param print takes lines of the report: what is wrong with which line
 * @param say takes lines of progress
 * @param folder that the file's name is relative to
 * @returns the exit code: 0, or 1 where some records did not go in
 * @throws {ImportUsageError}
 */
export async function importFile(
  services: Services,
  { args, folder, print, say }: {
    args: string[];
    folder: string;
    print: (line: string) => void;
    say: (line: string) => void;
  },
): Promise<number> {
  const { file, options } = readArguments(args);
  const path = isAbsolute(file) ? file : join(folder, file);
  const input = { ...options, sha256: await digestOf(path) };
  let job: Job | undefined;
  try {
    job = await takeUp(services, { input, say });
    const end = await run(services, job, { path, say });
    if (!end) {
      say("Somebody else has gone on with this import, or cancelled it.");
      return 1;
    }
    await endJob(services.db, { id: end.id, state: "done" });
    await printProblems(services, end.id, print);
    say(reportOf(end, options));
    return end.refused > 0 ? 1 : 0;
  } catch (error) {
    say(await endBadly(services, job, error));
    if (job) await tellSoFar(services, { id: job.id, print, say });
    return 1;
  }
}

/** What an import that could not go on has done before: it stays. */
async function tellSoFar(
  services: Services,
  { id, print, say }: {
    id: string;
    print: (line: string) => void;
    say: (line: string) => void;
  },
) {
  const job = await findJob(services.db, id).catch(() => undefined);
  if (!job || job.read === 0) return;
  await printProblems(services, id, print);
  say(
    `Before that: ${
      numbersOf(job)
    }. What is good went in and stays; run the mended file with --skip-existing.`,
  );
}

/** Ends the job, unless the database is away, and tells the person at the terminal why. */
async function endBadly(
  services: Services,
  job: Job | undefined,
  error: unknown,
): Promise<string> {
  const away = explainStartFailure(error);
  if (away) {
    return `The import can't go on: ${away}; the same command goes on where it was left.`;
  }
  if (!job) {
    services.log("error", "import_failed", describeError(error));
    return "The import can't begin by a fault of Passdesk; the line above says which.";
  }
  const failure = explainJobFailure(services, job, error);
  try {
    await endJob(services.db, { id: job.id, state: "failed", failure });
  } catch (second) {
    services.log("error", "job_failed", {
      job: job.id,
      ...describeError(second),
    });
  }
  return failure;
}

function readArguments(args: string[]): {
  file: string;
  options: ImportOptions;
} {
  try {
    const { values, positionals: [file, ...more] } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        "dry-run": { type: "boolean", default: false },
        "skip-existing": { type: "boolean", default: false },
        format: { type: "string" },
        batch: { type: "string", default: `${DEFAULT_BATCH}` },
      },
    });
    const format = values.format ?? (file?.endsWith(".csv") ? "csv" : "ndjson");
    const batch = Number(values.batch);
    if (
      !file || more.length > 0 || !isFormat(format) ||
      !Number.isInteger(batch) || batch < 1 || batch > MAX_BATCH
    ) throw new ImportUsageError(USAGE);
    const { "dry-run": dryRun, "skip-existing": skipExisting } = values;
    return { file, options: { format, batch, dryRun, skipExisting } };
  } catch {
    throw new ImportUsageError(USAGE);
  }
}

function isFormat(text: string): text is ImportFormat {
  return (IMPORT_FORMATS as readonly string[]).includes(text);
}

async function digestOf(path: string): Promise<string> {
  const digest = createHash("sha256");
  try {
    const file = await Deno.open(path);
    for await (const chunk of file.readable) digest.update(chunk);
  } catch (error) {
    throw new ImportUsageError(
      error instanceof Deno.errors.NotFound
        ? `there is no file "${path}"`
        : `the file "${path}" can't be read (${(error as Error).name})`,
    );
  }
  return digest.digest("hex");
}

/** The job of the same file with the same options, as far as it has come, or a new one. */
async function takeUp(
  { db }: Services,
  { input, say }: {
    input: Record<string, unknown>;
    say: (line: string) => void;
  },
): Promise<Job> {
  const wanted = { kind: "import" as const, input };
  const left = await resumeJob(db, wanted);
  if (left?.cursor) say(`Goes on behind line ${left.cursor}.`);
  if (left) return left;
  const none = { actorId: null, tokenId: null };
  await insertJob(db, { ...wanted, state: "running", ...none });
  return (await resumeJob(db, wanted))!;
}

/** The job as it has ended; undefined where it is no longer ours. */
async function run(
  services: Services,
  begun: Job,
  { path, say }: { path: string; say: (line: string) => void },
): Promise<Job | undefined> {
  const started = performance.now();
  let told = started;
  let job = begun;
  const bytes = (await Deno.open(path)).readable;
  const done = await runImport(jobContext(services, begun), begun, {
    bytes,
    onBatch: (moved) => {
      job = moved;
      const now = performance.now();
      if (now - told < TELL_EACH_MS) return;
      told = now;
      const rate = (job.read - begun.read) / (now - started) * 1000;
      say(`${numbersOf(job)}, ${Math.round(rate)} a second`);
    },
  });
  return done ? job : undefined;
}

function numbersOf(
  { read, changed, skipped, refused }: Pick<
    Job,
    "read" | "changed" | "skipped" | "refused"
  >,
) {
  const number = (it: number) => it.toLocaleString("en");
  return `${number(read)} read, ${number(changed)} good, ${
    number(skipped)
  } left out, ${number(refused)} refused`;
}

function reportOf(job: Job, { dryRun }: ImportOptions) {
  const numbers = numbersOf(job);
  if (dryRun) return `${numbers}. A dry run: nothing was written.`;
  return job.refused === 0
    ? `${numbers}. Done.`
    : `${numbers}: with a bad line, none of its batch went in. Mend the file and run it with --skip-existing.`;
}

async function printProblems(
  { db }: Services,
  jobId: string,
  print: (line: string) => void,
) {
  let after: { line: number; field: string } | undefined;
  while (true) {
    const problems = await listProblems(db, {
      jobId,
      after,
      limit: PROBLEMS_AT_ONCE,
    });
    for (const { line, field, problem } of problems) {
      print(`line ${line}: ${field} ${problem}`);
    }
    after = problems.at(-1);
    if (!after) return;
  }
}
