import { pipeline, Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { type CsvError, type Info, parse } from "csv-parse";

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
  /** Of the file, from 1; of a record over several lines the last. */
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

type Bytes = AsyncIterable<Uint8Array>;

/**
 * Reads the records of a file piece by piece, so that its size does not matter. Those until line `after` are
 * left out.
 *
 * @throws {ImportRefusedError} the header, or a CSV that can't be read on from some line
 */
export function readRecords(
  bytes: Bytes,
  { format, attributes, after }: {
    format: ImportFormat;
    /** Names of the declared ones. */
    attributes: string[];
    after: number;
  },
): AsyncGenerator<RawRecord> {
  const pieces = inTurns(bytes);
  return format === "csv"
    ? readCsv(pieces, { attributes, after })
    : readNdjson(pieces, after);
}

const PIECE_BYTES = 32 * 1024;

/** Whatever is in a file, also nothing but empty lines: the event loop has its turn between two pieces. */
async function* inTurns(bytes: Bytes): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      yield chunk.subarray(at, at + PIECE_BYTES);
      await setImmediate();
    }
  }
}

async function* readCsv(
  bytes: Bytes,
  { attributes, after }: { attributes: string[]; after: number },
): AsyncGenerator<RawRecord> {
  const parser = parse({
    bom: true,
    info: true,
    max_record_size: MAX_RECORD,
    relax_column_count: true, // told by line, below
    skip_empty_lines: true,
  });
  pipeline(Readable.from(bytes), parser, () => {}); // what fails before the parser fails in it
  let header: string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<Row>) {
      if (!header) header = checkHeader(record, attributes);
      else if (info.lines > after) yield toRecord(header, record, info.lines);
    }
  } catch (error) {
    throw isCsvError(error)
      ? new ImportRefusedError(
        `The CSV can't be read on from line ${error.lines}: ${
          error.message.replace(/[:,] (got|at line|on line|close to) .*/s, "")
        }.`,
      )
      : error;
  }
  if (!header) throw new ImportRefusedError("The file is empty.");
}

interface Row {
  record: string[];
  info: Info;
}

function isCsvError(error: unknown): error is CsvError & { lines: number } {
  return error instanceof Error && "code" in error &&
    String(error.code).startsWith("CSV_");
}

function checkHeader(names: string[], attributes: string[]): string[] {
  const header = names.map((it) => it.trim());
  const known = [...COLUMNS, ...attributes.map((it) => `attributes.${it}`)];
  const unknown = header.find((it) =>
    !known.includes(it) && !TOLD_COLUMNS.includes(it)
  );
  if (unknown !== undefined) {
    throw new ImportRefusedError(
      `There is no column "${nameToTell(unknown)}"; there are ${
        known.join(", ")
      }.`,
    );
  }
  if (new Set(header).size !== header.length) {
    throw new ImportRefusedError("The header names a column twice.");
  }
  const missing = ["username", "name"].find((it) => !header.includes(it));
  if (missing) {
    throw new ImportRefusedError(`The column "${missing}" is missing.`);
  }
  return header;
}

/** As spreadsheets, and our own export, keep a text from being a formula (OWASP CSV Injection). */
const ESCAPED_FORMULA = /^'(?=[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])/;

function toRecord(header: string[], cells: string[], line: number): RawRecord {
  const texts: Record<string, string> = {};
  header.forEach((name, at) =>
    texts[name] = (cells[at] ?? "").replace(ESCAPED_FORMULA, "")
  );
  const problem =
    `has ${cells.length} cells where the header has ${header.length}`;
  const problems = cells.length === header.length
    ? []
    : [{ field: "line", problem }];
  return { line, texts, problems };
}

async function* readNdjson(
  bytes: Bytes,
  after: number,
): AsyncGenerator<RawRecord> {
  for await (const { line, text } of readLines(bytes)) {
    if (line <= after) continue;
    yield fromJson(line, text);
  }
}

function fromJson(line: number, text: string | undefined): RawRecord {
  const unread = (problem: string) => ({
    line,
    texts: {},
    problems: [{ field: "line", problem }],
  });
  if (text === undefined) {
    return unread(`is longer than ${MAX_RECORD} characters`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unread("is not JSON");
  }
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

/** Lines that are not empty, with their numbers; no text where one is too long. */
async function* readLines(
  bytes: Bytes,
): AsyncGenerator<{ line: number; text: string | undefined }> {
  const decoder = new TextDecoder(); // drops a BOM; what is not UTF-8 becomes U+FFFD, which no field takes
  let rest = "";
  let line = 0;
  let tooLong = false;
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const text of lines) {
      tooLong ||= text.length > MAX_RECORD;
      line++;
      if (tooLong || text.trim() !== "") {
        yield { line, text: tooLong ? undefined : text };
      }
      tooLong = false;
    }
    if (rest.length > MAX_RECORD) {
      tooLong = true;
      rest = "";
    }
  }
  rest += decoder.decode();
  if (rest.trim() === "" && !tooLong) return;
  yield { line: line + 1, text: tooLong ? undefined : rest };
}
