import { stringify } from "csv-stringify/sync";

/**
 * What a spreadsheet would take for a formula, by its first character (ASVS 1.2.10; OWASP CSV Injection), with any
 * number of apostrophes in front: so each disarmed text has exactly one that it was made of.
 */
const FORMULA = /^'*[=+\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]/;

function disarm(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** The text that a cell of a CSV stands for: without the apostrophe that `writeCsv` put before a formula. */
export function readCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}

/** Rows of a CSV (RFC 4180), each text in quotes, formulas disarmed. `readCell` gives each text back as it was. */
export function writeCsv(rows: (string | null | undefined)[][]): string {
  const cells = rows.map((row) => row.map((it) => it && disarm(it)));
  return stringify(cells, {
    quoted: true,
    quoted_empty: false,
    record_delimiter: "windows",
  });
}
