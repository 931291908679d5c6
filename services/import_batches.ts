import type { ImportedUser } from "../db/imports.ts";
import { type JobProblem, MAX_PROBLEMS } from "../db/jobs.ts";
import { type ImportFormat, readRecords } from "./import_lines.ts";
import {
  type CheckedRecord,
  checkRecord,
  type RecordRules,
} from "./import_records.ts";
import { createKeySet, type KeySet } from "./key_set.ts";

/** Records that are written together or not at all. */
export interface ImportBatch {
  firstLine: number;
  lastLine: number;
  records: number;
  /** Those with nothing wrong by themselves. */
  users: { line: number; user: ImportedUser }[];
  /** One is wrong at least. */
  bad: boolean;
  /** What is wrong, and what is left out, as long as there is room for it among those that are kept of the job. */
  problems: JobProblem[];
}

export interface ImportOptions {
  format: ImportFormat;
  dryRun: boolean;
  skipExisting: boolean;
  /** Records of a batch. */
  batch: number;
}

/**
 * Reads a file in checked batches, the next one while the one before is being written. A dry run writes
 * nothing that a later line could run against, so it keeps in mind what it has seen.
 */
export function readBatches(
  bytes: AsyncIterable<Uint8Array>,
  { options, after, ...rules }: RecordRules & {
    options: ImportOptions;
    /** The line behind which to go on. */
    after: number;
  },
): AsyncGenerator<ImportBatch> {
  return oneAhead(checkedBatches(bytes, { options, after, ...rules }));
}

async function* checkedBatches(
  bytes: AsyncIterable<Uint8Array>,
  { options: { format, dryRun, batch: size }, after, ...rules }: RecordRules & {
    options: ImportOptions;
    after: number;
  },
): AsyncGenerator<ImportBatch> {
  let seen = createKeySet();
  let checked: CheckedRecord[] = [];
  let room = MAX_PROBLEMS;
  const records = readRecords(bytes, {
    format,
    attributes: rules.attributes.map((it) => it.name),
    after: dryRun ? 0 : after, // to have seen them
  });
  for await (const raw of records) {
    const record = refuseTwice(checkRecord(raw, rules), seen);
    if (record.line <= after) continue;
    const told = record.ok ? record.notes : record.problems;
    told.splice(room);
    room -= told.length;
    checked.push(record);
    if (checked.length < size) continue;
    yield toBatch(checked);
    checked = [];
    if (!dryRun) seen = createKeySet();
  }
  if (checked.length > 0) yield toBatch(checked);
}

function refuseTwice(record: CheckedRecord, seen: KeySet): CheckedRecord {
  if (!record.ok) return record;
  const { line, user: { usernameKey, emailKey } } = record;
  const problem = "is in the file twice";
  const problems = [
    ...(seen.add(`u${usernameKey}`)
      ? []
      : [{ line, field: "username", problem }]),
    ...(emailKey === null || seen.add(`e${emailKey}`)
      ? []
      : [{ line, field: "email", problem }]),
  ];
  return problems.length === 0 ? record : { ok: false, line, problems };
}

function toBatch(checked: CheckedRecord[]): ImportBatch {
  return {
    firstLine: checked[0]!.line,
    lastLine: checked.at(-1)!.line,
    records: checked.length,
    users: checked.flatMap((it) =>
      it.ok ? [{ line: it.line, user: it.user }] : []
    ),
    bad: checked.some((it) => !it.ok),
    problems: checked.flatMap((it) => it.ok ? it.notes : it.problems),
  };
}

async function* oneAhead<Item>(
  source: AsyncGenerator<Item>,
): AsyncGenerator<Item> {
  let next = source.next();
  try {
    for (let it = await next; !it.done; it = await next) {
      next = source.next();
      next.catch(() => {}); // told when it is asked for
      yield it.value;
    }
  } finally {
    await source.return(undefined);
  }
}
