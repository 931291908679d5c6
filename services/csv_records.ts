/** A record of a CSV, and the line on which it begins, from 1. */
export interface CsvRecord {
  line: number;
  cells: string[];
}

/** The file is no CSV from a line on. */
export class CsvSyntaxError extends Error {
  override name = "CsvSyntaxError";

  /**
   * @param line where it begins to go wrong: of a quote that isn't closed, where it opens
   * @param reason for people, the middle of a sentence; it repeats nothing of the file
   */
  constructor(readonly line: number, readonly reason: string) {
    super(`line ${line}: ${reason}`);
  }
}

/** A quoted cell that is closed within the text, or else as much of an unquoted one as there is. */
const CELL = /"[^"]*(?:""[^"]*)*"|[^",\r\n]*/y;
const LINE_ENDS = /\r\n|\r|\n/g;

/**
 * Reads a CSV (RFC 4180) that arrives in pieces. A line may end in CR LF, LF or CR, whatever the others end in;
 * empty lines are left out. It holds one piece and one record at a time.
 *
 * @param maxRecord longest record in characters; a quote that isn't closed within that many never is
 * @throws {CsvSyntaxError}
 */
export async function* readCsvRecords(
  pieces: AsyncIterable<string>,
  { maxRecord }: { maxRecord: number },
): AsyncGenerator<CsvRecord> {
  let text = "";
  let line = 1;
  for await (const piece of pieces) {
    text += piece;
    yield* cutRecords(false);
  }
  yield* cutRecords(true);

  function* cutRecords(last: boolean): Generator<CsvRecord> {
    let at = 0;
    while (at < text.length) {
      const cut = cutRecord(text, { at, line, last, maxRecord });
      if (!cut) break;
      if (!cut.empty) yield { line, cells: cut.cells };
      line += cut.lines;
      at = cut.end;
    }
    text = text.slice(at);
  }
}

/** Undefined where the record may go on in the next piece. */
function cutRecord(
  text: string,
  { at: start, line, last, maxRecord }: {
    at: number;
    line: number;
    last: boolean;
    maxRecord: number;
  },
): { cells: string[]; empty: boolean; lines: number; end: number } | undefined {
  const cells: string[] = [];
  let lines = 0;
  for (let at = start;; at++) {
    CELL.lastIndex = at;
    const [cell] = CELL.exec(text)!;
    const quoted = cell.startsWith('"');
    const openedAt = line + lines;
    const unclosed = text[at + cell.length] === '"' && (quoted || cell === "");
    const length = unclosed ? text.length - at : cell.length;
    if ((quoted || unclosed) && length > maxRecord) {
      throw new CsvSyntaxError(
        openedAt,
        `the quote that opens there isn't closed within ${maxRecord} characters`,
      );
    }
    if (unclosed && !last) return undefined;
    if (unclosed) {
      throw new CsvSyntaxError(
        openedAt,
        "the quote that opens there is never closed",
      );
    }
    at += cell.length;
    if (at - start > maxRecord) {
      throw new CsvSyntaxError(
        line,
        `the record that begins there is longer than ${maxRecord} characters`,
      );
    }
    if (quoted) lines += cell.match(LINE_ENDS)?.length ?? 0;
    const next = text[at];
    const seen = next === "\r" ? text[at + 1] : next;
    if (seen === undefined && !last) {
      return undefined; // the cell, a doubled quote or a CR LF may go on
    }
    cells.push(quoted ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (next === ",") continue;
    if (next === undefined || next === "\n" || next === "\r") {
      const end = at + (next === "\r" && seen === "\n" ? 2 : 1);
      const empty = cells.length === 1 && cell === "";
      return { cells, empty, lines: lines + 1, end };
    }
    throw quoted ? closedWithin(openedAt, line + lines) : new CsvSyntaxError(
      openedAt,
      "a text with quotes in it must stand in quotes itself, and each quote in it twice",
    );
  }
}

function closedWithin(openedAt: number, closedAt: number) {
  return new CsvSyntaxError(
    openedAt,
    openedAt === closedAt
      ? "neither a comma nor the line's end follows the quote that closes a text"
      : `the quote that opens there is closed in line ${closedAt}, where neither a comma nor the line's end follows`,
  );
}
