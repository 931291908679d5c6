import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { type Database, rows } from "../../db/client.ts";
import { makeSearchIndexes } from "../../db/search_indexes.ts";
import { readValue } from "../../db/user_search_values.ts";
import { readSettings } from "../../services/config.ts";
import { valueFields } from "../../services/search_fields.ts";
import { findUsers } from "../../services/user_search.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";

const settings = readSettings({
  SEARCH_FIELDS:
    "name,username,email,attributes.phone,attributes.employee_number,attributes.department,external_id,id",
});

async function find(db: Database, query: string, after?: string) {
  return await findUsers({ db, settings }, { query, after, limit: 3 });
}

async function found(db: Database, query: string) {
  const { hits } = await find(db, query);
  return hits.map((it) =>
    `${it.user.name}${
      it.matched ? ` by ${it.matched.field} ${it.matched.text}` : ""
    }`
  );
}

async function indexed(db: Database, driver: string) {
  await makeSearchIndexes(db, valueFields(settings), {
    concurrently: driver === "postgres",
  });
}

testOnEach(
  "callers say telephone and employee numbers, external ids and ids, in any spelling",
  async ({ db, driver }) => {
    await indexed(db, driver);
    const phones = ["+49 (30) 123-456", "+49 (0)30 123456", "030 123456"];
    for (const phone of phones) {
      const { id } = await person(db, {
        name: "Tele Phone",
        attributes: { phone },
      });
      for (
        const said of [
          "+49 (30) 123-456",
          "030 123456",
          "0049 30 123456",
          "+4930123456",
          "tel:+49-30-123456",
          "+49 (0) 30 / 123456",
          "030 123456 ext. 12",
          "3456",
        ]
      ) {
        assert.deepEqual(
          await found(db, said),
          [`Tele Phone by attributes.phone ${phone}`],
          `${said} for ${phone}`,
        );
      }
      await db.execute(sql`delete from users where id = ${id}`);
    }
    const extended = await person(db, {
      name: "Ex Tension",
      attributes: { phone: "+1 (555) 010-4567 x123" },
    });
    assert.equal((await found(db, "555 010 4567")).length, 1);
    assert.deepEqual(await found(db, "010 4568"), []);

    const worker = await person(db, {
      name: "Em Ployee",
      attributes: { employee_number: "E-4711", department: "Süd Straße/Øst" },
    });
    await db.execute(
      sql`update users set external_id = 'HR-Ünit 0815' where id = ${worker.id}`,
    );
    for (const said of ["E-4711", "e4711", "E 47"]) {
      assert.deepEqual(
        await found(db, said),
        ["Em Ployee by attributes.employee_number E-4711"],
        said,
      );
    }
    for (const said of ["süd straße", "sud strasse ost", "SÜDSTR"]) {
      assert.equal((await found(db, said)).length, 1, said);
    }
    assert.deepEqual(await found(db, "hr-unit 08"), [
      "Em Ployee by external_id HR-Ünit 0815",
    ]);
    assert.deepEqual(await found(db, ` ${extended.id.toUpperCase()} `), [
      `Ex Tension by id ${extended.id}`,
    ]);
    for (const said of ["%", "e%", "'", "4", "0".repeat(200), "\\"]) {
      assert.ok(Array.isArray(await found(db, said)), said);
    }
  },
);

testOnEach(
  "names come first, nobody comes twice, and values are paged in their order",
  async ({ db, driver }) => {
    await indexed(db, driver);
    await person(db, {
      name: "Treasury Ann",
      attributes: { department: "Treasury" },
    });
    for (let n = 0; n < 8; n++) {
      await person(db, {
        name: `Member ${n}`,
        attributes: {
          department: `Treasury ${7 - n}`,
          employee_number: `treasury-${n}`,
        },
        email: n < 2 ? `treasury${n}@example.org` : null,
      });
    }
    const all: string[] = [];
    let after: string | undefined;
    do {
      const { hits, next } = await find(db, "treasury", after);
      all.push(...hits.map((it) => it.user.name));
      after = next;
    } while (after);
    const members = Array.from({ length: 8 }, (_, n) => `Member ${n}`);
    assert.deepEqual(all, ["Treasury Ann", ...members]); // by employee number, the field that is named first
  },
);

testOnEach(
  "only the fields that SEARCH_FIELDS names are looked into",
  async ({ db }) => {
    await person(db, {
      name: "Se Cret",
      attributes: { phone: "+49 40 998877" },
    });
    for (
      const fields of ["name,username,email", "name,attributes.department"]
    ) {
      const settings = readSettings({ SEARCH_FIELDS: fields });
      const query = "040 998877";
      assert.deepEqual((await findUsers({ db, settings }, { query })).hits, []);
    }
    const settings = readSettings({ SEARCH_FIELDS: "attributes.phone" });
    const { hits } = await findUsers({ db, settings }, { query: "040 998877" });
    assert.equal(hits.length, 1);
    assert.deepEqual(
      (await findUsers({ db, settings }, { query: "cret" })).hits,
      [],
    );
  },
);

testOnEach(
  "indexes are made once, and anew where making one broke off",
  async ({ db, driver }) => {
    const named = async () =>
      await rows<{ name: string; valid: boolean }>(
        db,
        sql`select indexrelid::regclass::text as name, indisvalid as valid from pg_index
          where indrelid = 'users'::regclass and indexrelid::regclass::text ~ '^users_(search|number)_(attr|ext)'
          order by 1`,
      );
    await indexed(db, driver);
    const before = await named();
    assert.deepEqual(before.map((it) => it.name), [
      "users_number_attributes_phone",
      "users_search_attributes_department",
      "users_search_attributes_employee_number",
      "users_search_attributes_phone",
      "users_search_external_id",
    ]);
    await db.execute(
      sql`update pg_index set indisvalid = false
        where indexrelid = 'users_search_attributes_phone'::regclass`,
    );
    await indexed(db, driver);
    assert.deepEqual(await named(), before);
  },
);

Deno.test("a query is a number, a value or an id", () => {
  assert.equal(readValue("+49 (0)30 123-456").digits, "65432103" + "94");
  assert.equal(readValue("0049 30").digits, "0394");
  for (const text of ["12", "anna 4711", "1".repeat(21), "e4711", ""]) {
    assert.equal(readValue(text).digits, undefined, text);
  }
  assert.equal(readValue("e-47 11").value, "e4711");
});
