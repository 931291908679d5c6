import assert from "node:assert/strict";
import { v7 as uuidv7 } from "uuid";
import { insertUsers } from "../../db/users.ts";
import { writeCsv } from "../../services/csv_cells.ts";
import { readRecords } from "../../services/import_lines.ts";
import { exportUsers } from "../../services/user_export.ts";
import { testOnEach } from "../support/database.ts";
import { actorOf, contextOf, jobDesk } from "../support/jobs.ts";
import { type Random, randomFrom } from "../support/random.ts";

const PIECES = [
  ..."'\"=+-@,;\t\r\n aé",
  "''",
  '""',
  "'=",
  "\r\n",
  "\uff1d",
  "\uff0b",
  "\u{1F600}",
  "e\u0301",
  "cmd|' /C calc'!A0",
];

function anyText(random: Random, more: string[] = []): string {
  return random.some(6, () => random.pick([...PIECES, ...more])).join("");
}

async function read(csv: string) {
  const bytes = new Blob([csv]).stream();
  const attributes = ["a", "b"];
  return await Array.fromAsync(
    readRecords(bytes, { format: "csv", attributes, after: 0 }),
  );
}

/** What a spreadsheet runs, told by those who know (ASVS 1.2.10), not by the code that is tested. */
const RUN = /^[=+\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]/;

Deno.test("every text comes back as it was from a CSV of ours, and none is a formula (ASVS 1.2.10)", async () => {
  const random = randomFrom(1);
  const texts = [
    "'=1",
    "''=1",
    "=1",
    "'",
    "''",
    "'a",
    ...Array.from({ length: 5_000 }, () => anyText(random, ["\0", "\ufeff"])),
  ];
  const csv = writeCsv([
    ["username", "name", "attributes.a"],
    ...texts.map((it) => ["u", it, it]),
  ]);
  const records = await read(csv);
  assert.deepEqual(records.map((it) => it.texts.name), texts);
  assert.deepEqual(records.map((it) => it.texts["attributes.a"]), texts);
  assert.ok(records.every((it) => it.problems.length === 0));
  for (const [, cell] of csv.matchAll(/"((?:[^"]|"")*)"/g)) {
    assert.doesNotMatch(cell!, RUN);
  }
});

testOnEach(
  "users come back as they were from both formats of an export",
  async (connection) => {
    const { services, staff } = await jobDesk(connection, {
      USER_ATTRIBUTES: JSON.stringify([{ name: "a", label: "A" }]),
    });
    const actor = await actorOf(connection.db, staff, {
      permissions: ["user_management"],
      scopes: ["users:read"],
    });
    const random = randomFrom(2);
    const run = uuidv7();
    const users = Array.from({ length: 300 }, (_, at) => ({
      id: uuidv7(),
      username: `${run}.${at}`,
      name: at === 0 ? "'=1+1" : anyText(random),
      email: null,
      attributes: { a: at === 0 ? "''=1+1" : anyText(random) },
    }));
    await insertUsers(connection.db, users);
    for (const format of ["csv", "ndjson"] as const) {
      const exported = await exportUsers(contextOf(services), {
        actor,
        format,
        filter: {},
      });
      assert.ok(exported.ok);
      const file = (await Array.fromAsync(exported.value)).join("");
      const records = await Array.fromAsync(
        readRecords(new Blob([file]).stream(), {
          format,
          attributes: ["a"],
          after: 0,
        }),
      );
      const read = records.map((it) => it.texts)
        .filter((it) => it.username!.startsWith(run))
        .map((it) => [it.username, it.name, it["attributes.a"] ?? ""]);
      assert.deepEqual(
        read,
        users.map((it) => [it.username, it.name, it.attributes.a]),
      );
    }
  },
);
