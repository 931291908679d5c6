import { readCell } from "./csv_cells.ts";
import {
  type CsvRecord,
  CsvSyntaxError,
  readCsvRecords,
} from "./csv_records.ts";
import { type JsonRefusal, judgeJson } from "./strict_json.ts";
import { decodeInTurns, readLines } from "./text_lines.ts";

export const IMPORT_FORMATS = ["csv", "ndjson"] as const;
export type ImportFormat = typeof IMPORT_FORMATS[number];

export const COLUMNS = [
  "username",
  "name",
  "email",
  "external_id",
  "password_hash",
  "temporary",
  "disabled",
] as const;

/** What an export tells beside, so that its file can be read back; not looked at. */
export const TOLD_COLUMNS = ["id", "created_at", "last_sign_in_at"];

/** A record as the file has it: texts by column, an attribute's as `attributes.NAME`. */
export interface RawRecord {
  /** Of the file, from 1; of a record over several lines the first. */
  line: number;
  texts: Record<string, string>;
  /** What is wrong with its shape. */
  problems: { field: string; problem: string }[];
}

/** The whole file can't be taken; the message says why, for people. */
export class ImportRefusedError extends Error {
  override name = "ImportRefusedError";
}

/** So many problems are told of one line: a line can have thousands of unknown names. */
export const MAX_LINE_PROBLEMS = 20;

/** Longest record, in characters: all fields at their longest need a fifth. */
const MAX_RECORD = 64 * 1024;

/**
 * Reads the records of a file piece by piece, so that its size does not matter. Those until line `after` are
 * left out.
 *
 * @throws {ImportRefusedError} the header, or a CSV that can't be read on from some line
 */
export function readRecords(
  bytes: AsyncIterable<Uint8Array>,
  { format, attributes, after }: {
    format: ImportFormat;
    /** Names of the declared ones. */
    attributes: string[];
    after: number;
  },
): AsyncGenerator<RawRecord> {
  const pieces = decodeInTurns(bytes);
  return format === "csv"
    ? readCsv(pieces, { attributes, after })
    : readNdjson(pieces, after);
}

async function* readCsv(
  pieces: AsyncIterable<string>,
  { attributes, after }: { attributes: string[]; after: number },
): AsyncGenerator<RawRecord> {
  let header: string[] | undefined;
  try {
    const records = readCsvRecords(pieces, { maxRecord: MAX_RECORD });
    for await (const record of records) {
      if (!header) header = checkHeader(record, attributes);
      else if (record.line > after) yield toRecord(header, record);
    }
  } catch (error) {
    if (!(error instanceof CsvSyntaxError)) throw error;
    throw new ImportRefusedError(
      `The CSV can't be read on from line ${error.line}: ${error.reason}.`,
    );
  }
  if (!header) {
    throw new ImportRefusedError(
      "The file is empty: line 1 must have the names of the columns.",
    );
  }
}

function checkHeader(
  { line, cells }: CsvRecord,
  attributes: string[],
): string[] {
  const header = cells.map((it) => it.trim());
  const known = [...COLUMNS, ...attributes.map((it) => `attributes.${it}`)];
  const unknown = header.find((it) =>
    !known.includes(it) && !TOLD_COLUMNS.includes(it)
  );
  if (unknown !== undefined) {
    throw new ImportRefusedError(
      `There is no column "${
        nameToTell(unknown)
      }", as line ${line} names it; there are ${known.join(", ")}.`,
    );
  }
  if (new Set(header).size !== header.length) {
    throw new ImportRefusedError(
      `The header in line ${line} names a column twice.`,
    );
  }
  const missing = ["username", "name"].find((it) => !header.includes(it));
  if (missing) {
    throw new ImportRefusedError(
      `The column "${missing}" is missing in line ${line}.`,
    );
  }
  return header;
}

function toRecord(header: string[], { line, cells }: CsvRecord): RawRecord {
  const texts: Record<string, string> = {};
  header.forEach((name, at) => texts[name] = readCell(cells[at] ?? ""));
  const problem =
    `has ${cells.length} cells where the header has ${header.length}`;
  const problems = cells.length === header.length
    ? []
    : [{ field: "line", problem }];
  return { line, texts, problems };
}

async function* readNdjson(
  pieces: AsyncIterable<string>,
  after: number,
): AsyncGenerator<RawRecord> {
  for await (const { line, text } of readLines(pieces, MAX_RECORD)) {
    if (line > after) yield fromJson(line, text);
  }
}

const WHY_UNREAD: Record<JsonRefusal, string> = {
  not_json: "is not JSON",
  too_deep: "is nested too deeply",
  repeated_key: "has a key twice",
};

function fromJson(line: number, text: string | undefined): RawRecord {
  const unread = (problem: string) => ({
    line,
    texts: {},
    problems: [{ field: "line", problem }],
  });
  if (text === undefined) {
    return unread(`is longer than ${MAX_RECORD} characters`);
  }
  const refusal = judgeJson(text);
  if (refusal) return unread(WHY_UNREAD[refusal]);
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) return unread("is no JSON object");
  const record: RawRecord = { line, texts: Object.create(null), problems: [] };
  for (const [name, content] of Object.entries(value)) {
    if (name === "attributes" && isObject(content)) {
      for (const [attribute, it] of Object.entries(content)) {
        take(record, `attributes.${attribute}`, it);
      }
    } else {
      take(record, name, content);
    }
  }
  return record;
}

function take({ texts, problems }: RawRecord, name: string, value: unknown) {
  if (value === null) return;
  if (name in texts) {
    problems.push({ field: nameToTell(name), problem: "is there twice" });
    return;
  }
  if (typeof value === "string") texts[name] = value;
  else if (typeof value === "boolean") texts[name] = value ? "yes" : "no";
  else if (problems.length < MAX_LINE_PROBLEMS) {
    problems.push({ field: nameToTell(name), problem: "is no text" });
  }
}

const NAME_LENGTH = 60;

/**
 * A field's name as a problem tells it, since it can be anything: not cut within a sign, without control
 * characters, and a copy, since a slice would keep the whole of a long name in memory.
 */
export function nameToTell(name: string): string {
  return [...name.slice(0, 2 * NAME_LENGTH)].slice(0, NAME_LENGTH)
    .map((it) => /[\p{Cc}\p{Cs}]/u.test(it) ? "\ufffd" : it).join("");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
