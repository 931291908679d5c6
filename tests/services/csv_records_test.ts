import assert from "node:assert/strict";
import { CsvSyntaxError, readCsvRecords } from "../../services/csv_records.ts";

/** The records as "LINE: cells", then what is wrong, if something is. */
async function read(text: string, pieceLength = text.length || 1) {
  const told: string[] = [];
  const pieces = Array.from(
    { length: Math.ceil(text.length / pieceLength) },
    (_, at) => text.slice(at * pieceLength, (at + 1) * pieceLength),
  );
  const records = readCsvRecords(
    (async function* () {
      yield* await Promise.resolve(pieces);
    })(),
    { maxRecord: 100 },
  );
  try {
    for await (const { line, cells } of records) {
      told.push(`${line}: ${JSON.stringify(cells).slice(1, -1)}`);
    }
  } catch (error) {
    assert.ok(error instanceof CsvSyntaxError);
    told.push(error.message);
  }
  return told;
}

const LONG = "x".repeat(99);

for (
  const [what, text, told] of [
    ["cells with and without quotes", 'a,"b, ""c""",\n,,""\n', [
      '1: "a","b, \\"c\\"",""',
      '2: "","",""',
    ]],
    ["a last line without an end", "a,b\nc,", ['1: "a","b"', '2: "c",""']],
    ["every line end, mixed", "a\r\nb\nc\rd\r\r\n\ne", [
      '1: "a"',
      '2: "b"',
      '3: "c"',
      '4: "d"',
      '7: "e"',
    ]],
    [
      "records over several lines, told at their first",
      '"a\r\nb\nc\rd"\nnext',
      [
        '1: "a\\r\\nb\\nc\\rd"',
        '5: "next"',
      ],
    ],
    ["a line with an empty text in quotes", '""\n\nx', ['1: ""', '3: "x"']],
    ["nothing", "", []],
    ["a quote within a text", 'a,b\nc,say "d"\ne,f', [
      '1: "a","b"',
      "line 2: a text with quotes in it must stand in quotes itself, and each quote in it twice",
    ]],
    ["a quote behind a blank", 'a, "b"\n', [
      "line 1: a text with quotes in it must stand in quotes itself, and each quote in it twice",
    ]],
    ["a text behind a closing quote", 'a\n"b"c\n', [
      '1: "a"',
      "line 2: neither a comma nor the line's end follows the quote that closes a text",
    ]],
    ["a quote that is never closed", 'a\nb,"c\nd,e\nf', [
      '1: "a"',
      "line 2: the quote that opens there is never closed",
    ]],
    ["the second quote of a record that is never closed", 'a\n"b\nc","d\ne\n', [
      '1: "a"',
      "line 3: the quote that opens there is never closed",
    ]],
    ["a quote that only the next one closes", 'a\nb,"c\nd,"e"\n', [
      '1: "a"',
      "line 2: the quote that opens there is closed in line 3, where neither a comma nor the line's end follows",
    ]],
    ["a quote that is closed too far away", `a\n"${LONG}${LONG}"\n`, [
      '1: "a"',
      "line 2: the quote that opens there isn't closed within 100 characters",
    ]],
    ["a record that is too long", `a\n"x",${LONG},"y"\n`, [
      '1: "a"',
      "line 2: the record that begins there is longer than 100 characters",
    ]],
  ] as const
) {
  Deno.test(`a CSV is read however it arrives: ${what}`, async () => {
    for (const pieceLength of [undefined, 1, 2, 3, 7]) {
      assert.deepEqual(await read(text, pieceLength), told);
    }
  });
}

Deno.test("what is read does not depend on how much of a broken file follows", async () => {
  const rows = "c,d\n".repeat(10_000);
  assert.deepEqual((await read(`a\nb,"c\n${rows}`, 50)).slice(-1), [
    "line 2: the quote that opens there isn't closed within 100 characters",
  ]);
});
