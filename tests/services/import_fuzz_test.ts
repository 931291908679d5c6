import assert from "node:assert/strict";
import { CsvError } from "csv-parse";
import { parse } from "csv-parse/sync";
import { hashParameters, readSettings } from "../../services/config.ts";
import { CsvSyntaxError, readCsvRecords } from "../../services/csv_records.ts";
import { dearestCost } from "../../services/hash_cost.ts";
import { readBatches } from "../../services/import_batches.ts";
import {
  type ImportFormat,
  ImportRefusedError,
} from "../../services/import_lines.ts";
import {
  inBytes,
  lineEnds,
  makeCsv,
  makeNdjson,
  spoil,
} from "../support/files.ts";
import { type Random, randomFrom } from "../support/random.ts";

/** `deno task fuzz` reads 100,000; FUZZ_SEED begins where a failure was told. */
const FILES = Number(Deno.env.get("FUZZ_FILES") ?? 3_000);
const SEED = Number(Deno.env.get("FUZZ_SEED") ?? 1);
const settings = readSettings({});
const HANG_MS = 20_000;

async function* arriving<T>(pieces: T[]) {
  for (const it of pieces) yield await Promise.resolve(it);
}

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const hung = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it hangs")), HANG_MS);
  });
  return await Promise.race([work, hung]).finally(() => clearTimeout(timer));
}

/** What an import finds in a file: users and problems by line, or one reason for the whole. */
async function judge(pieces: Uint8Array[], format: ImportFormat) {
  const batches = readBatches(arriving(pieces), {
    options: { format, dryRun: true, skipExisting: false, batch: 3 },
    attributes: settings.USER_ATTRIBUTES,
    dearest: dearestCost(hashParameters(settings)),
    after: 0,
  });
  try {
    const read = await Array.fromAsync(batches);
    return { batches: read, refusal: undefined };
  } catch (error) {
    if (!(error instanceof ImportRefusedError)) throw error;
    return { batches: [], refusal: error.message };
  }
}

type Judged = Awaited<ReturnType<typeof judge>>;

/** Every refusal names a line of the file and a reason, in one sentence. */
function checkRefusals({ batches, refusal }: Judged, lines: number) {
  if (refusal !== undefined) {
    const line = Number(refusal.match(/\bline (\d+)\b/)?.[1]);
    assert.ok(line >= 1 && line <= lines, refusal);
    assert.match(refusal, /^[A-Z][^\n\r]{20,}\.$/);
  }
  for (const { bad, problems, firstLine, lastLine } of batches) {
    assert.ok(!bad || problems.length > 0);
    assert.ok(firstLine >= 1 && lastLine <= lines);
    for (const { line, field, problem } of problems) {
      assert.ok(line >= firstLine && line <= lastLine, `${line}`);
      assert.notEqual(problem, "");
      assert.doesNotMatch(field, /[\p{Cc}\p{Cs}]/u);
    }
  }
}

/** Our reader and csv-parse find the same cells, or both find that it is no CSV. */
async function compare(random: Random, text: string) {
  const cut = random.below(text.length + 1);
  const ours = await Array.fromAsync(
    readCsvRecords(arriving([text.slice(0, cut), text.slice(cut)]), {
      maxRecord: 65_536,
    }),
  ).catch((error) => {
    assert.ok(error instanceof CsvSyntaxError);
    return null;
  });
  let theirs: string[][] | null = null;
  try {
    theirs = parse(text, {
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      skip_empty_lines: true,
    });
  } catch (error) {
    assert.ok(error instanceof CsvError);
  }
  // It takes a NUL behind a closing quote for the end of the file.
  if (!text.includes('"\0')) {
    assert.deepEqual(ours?.map((it) => it.cells) ?? null, theirs);
  }
  return ours;
}

/** At most: bytes that were put between CR and LF make two ends of one. */
function linesOf(text: string) {
  return lineEnds(text) + 2;
}

async function readOne(seed: number) {
  const random = randomFrom(seed);
  if (random.chance(0.4)) {
    const made = makeNdjson(random);
    const text = random.chance(0.5) ? made : spoil(random, made);
    const pieces = inBytes(random, text, { whole: false });
    const judged = await within(judge(pieces, "ndjson"));
    assert.equal(judged.refusal, undefined);
    checkRefusals(judged, linesOf(text));
    return;
  }
  const made = makeCsv(random);
  const whole = random.chance(0.4);
  const text = whole ? made.text : spoil(random, made.text);
  const records = await compare(random, text);
  if (whole) assert.deepEqual(records, made.records);
  const pieces = inBytes(random, text, { whole });
  const judged = await within(judge(pieces, "csv"));
  checkRefusals(judged, linesOf(text));
  if (whole && judged.refusal === undefined) {
    const count = judged.batches.reduce((sum, it) => sum + it.records, 0);
    assert.equal(count, made.records.length - 1);
  }
}

Deno.test(`${FILES} made and spoilt files are read to their end or refused with a line and a reason`, async () => {
  for (let seed = SEED; seed < SEED + FILES; seed++) {
    try {
      await readOne(seed);
    } catch (error) {
      throw new Error(`FUZZ_SEED=${seed} FUZZ_FILES=1`, { cause: error });
    }
  }
});
