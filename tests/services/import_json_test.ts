import assert from "node:assert/strict";
import { readRecords } from "../../services/import_lines.ts";

async function read(text: string) {
  const bytes = new Blob([text]).stream();
  const options = {
    format: "ndjson" as const,
    attributes: ["phone"],
    after: 0,
  };
  const found: string[] = [];
  for await (const { line, problems } of readRecords(bytes, options)) {
    found.push(
      `${line} ${
        problems.map(({ field, problem }) => `${field} ${problem}`).join()
      }`.trim(),
    );
  }
  return found;
}

Deno.test("a record of NDJSON with a key twice is refused, as the API's JSON is", async () => {
  const lines = [
    '{"username":"a","name":"A"}',
    '{"username":"a","name":"A","username":"b"}',
    '{"username":"a","name":"A","user\\u006eame":"b"}',
    '{"username":"a","attributes":{"phone":"1","phone":"2"}}',
    '{"username":"a","attributes":{"phone":"1"},"attributes.phone":"2"}',
    '{"username":"a","attributes":{"username":"1"}}',
    `{"username":${"[".repeat(11)}${"]".repeat(11)}}`,
    `{"username":${"[".repeat(30_000)}${"]".repeat(30_000)}}`,
  ];
  assert.deepEqual(await read(lines.join("\n")), [
    "1",
    "2 line has a key twice",
    "3 line has a key twice",
    "4 line has a key twice",
    "5 attributes.phone is there twice",
    "6",
    "7 line is nested too deeply",
    "8 line is nested too deeply",
  ]);
});
