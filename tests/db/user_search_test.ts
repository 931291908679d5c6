import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { rows } from "../../db/client.ts";
import { fold, haystack } from "../../db/fold.ts";
import { demoPeople } from "../../services/demo_people.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { names, search } from "../support/search.ts";

testOnEach(
  "the database cuts texts into words as the program does",
  async ({ db }) => {
    const texts = [
      "O’Brien, Seán  (Ir.)",
      "王小明 ワン 𠮷野",
      "Anna‑Lena d'Aubigné-Müller",
      'a[b]c\\d^e_f`g{h|i}j~k!"#$%&*+/:;<=>?@',
      "김민수 हिन्दी ไทย محمد",
      "·col·legi· 😀",
      ...[...demoPeople(60)].map((it) => it.name),
    ];
    for (const name of texts) {
      const { id, username, email } = await person(db, { name });
      const [user] = await rows<{ search_key: string }>(
        db,
        sql`select search_key from users where id = ${id}`,
      );
      assert.equal(
        user!.search_key,
        [name, username, email!].map((it) => haystack(fold(it))).join("\n"),
      );
    }
  },
);

testOnEach(
  "the exact username or email comes first, then beginnings, then the rest",
  async ({ db }) => {
    const email = (local: string) => `${local}@order.example`;
    await person(db, {
      name: "Quorra Zed",
      username: "w1",
      email: email("a"),
    });
    await person(db, {
      name: "Ada Quorra",
      username: "w2",
      email: email("b"),
    });
    await person(db, {
      name: "Bo Zed",
      username: "quorra.zed",
      email: email("c"),
    });
    await person(db, { name: "Cy Zed", username: "quorra", email: email("d") });
    await person(db, {
      name: "Di Zed",
      username: "w3",
      email: email("the-quorra"),
    });
    await person(db, { name: "Quorra", username: "w4", email: email("e") });
    await person(db, { name: "El Macquorrax", username: "w5", email: null });
    assert.deepEqual(await names(db, "quorra"), [
      "Cy Zed",
      "Quorra",
      "Quorra Zed",
      "Ada Quorra",
      "Bo Zed",
      "Di Zed",
      "El Macquorrax",
    ]);
    assert.deepEqual(await names(db, " QUÓRRA  zed "), [
      "Quorra Zed",
      "Bo Zed",
      "Cy Zed",
      "Di Zed",
    ]);
    assert.deepEqual(await names(db, "zed quorra"), [
      "Quorra Zed",
      "Bo Zed",
      "Cy Zed",
      "Di Zed",
    ]);
    assert.deepEqual(await names(db, "The-Quorra@Order.Example"), ["Di Zed"]);
    assert.deepEqual(await names(db, "quorra", ["email"]), ["Di Zed"]);
  },
);

testOnEach(
  "names of all scripts are found, also by a part of them",
  async ({ db }) => {
    const cases: [string, string[]][] = [
      ["王小明", ["王", "小明", "明", "王小明", "小"]],
      ["Љубиша Ђорђевић", ["љуб", "ЂОРЂ", "евић", "ђо љу"]],
      ["Οδυσσέας Ξένος", ["ΟΔΥΣΣΕΑΣ", "ξενοσ", "ξέ"]],
      ["فاطمة الزهراء", ["فاط", "الزهراء", "هرا"]],
      ["Şükrü Iğdırlı", ["sukru", "igdirli", "ŞÜKRÜ", "IĞDIR", "ığdır"]],
      ["Strauß-Łęcki Bjørn", [
        "strauss",
        "STRAUẞ",
        "lecki",
        "bjorn",
        "ecki bjø",
      ]],
      ["김민수", ["김", "민수", "김민"]],
      ["D’Artagnan", ["d'art", "artagnan", "D’A"]],
      ["\u200fDina\u200e 😀 Qx", ["dina", "😀 qx dina", "qx"]],
    ];
    for (const [name, queries] of cases) {
      await person(db, { name });
      for (const query of queries) {
        assert.ok((await names(db, query)).includes(name), `${query}: ${name}`);
      }
    }
  },
);

testOnEach(
  "whatever is typed is looked for as it stands and never an error",
  async ({ db }) => {
    await person(db, { name: "Percy 100%", username: "percy_x" });
    await person(db, { name: "Percy 1000", username: "percyyx" });
    assert.deepEqual(await names(db, "percy 100%"), ["Percy 100%"]);
    assert.deepEqual(await names(db, "percy 100"), [
      "Percy 100%",
      "Percy 1000",
    ]);
    assert.deepEqual(await names(db, "percy_x"), ["Percy 100%"]);
    assert.deepEqual(await names(db, "per%0"), []);
    const queries = [
      "%",
      "_",
      "\\",
      "\\\\%",
      "'",
      "';--",
      '"',
      "$1",
      "...",
      "- -",
      "😀",
      "。、",
      "\u0000",
      "a\u0000b",
      "\ud83d",
      "x\udc00y",
      "\u0301",
      "\u202e\u200f",
      "ﷺ".repeat(200),
      "a".repeat(200),
      "a ".repeat(100),
      "王".repeat(200),
      "x%_\\".repeat(50),
      "(",
      "[a-z]+",
      "anna | max*",
      "\uffff\u{10ffff}",
      "É".repeat(200),
    ];
    for (const query of queries) {
      for (
        const filter of [{}, { temporary: true }, { staff: true }] as const
      ) {
        const { hits } = await search(db, { query, ...filter });
        assert.ok(hits.length <= 25);
      }
    }
  },
);

testOnEach(
  "a cursor that nobody was given is a page and never an error",
  async ({ db }) => {
    await person(db, { name: "Cursor Case" });
    const id = "01890000-0000-7000-8000-000000000000";
    const cursors = [
      "",
      "x",
      "1",
      "1..",
      `1.${id}`,
      `6.${id}.a`,
      `-1.${id}.a`,
      "1.not-a-uuid.a",
      `1.${id.toUpperCase()}.a`,
      `3.${id}.\u0000`,
      `3.${id}.\ud83d`,
      `3.${id}.'; drop`,
      ...[0, 1, 2, 3, 4, 5].flatMap((tier) => [
        `${tier}.${id}.`,
        `${tier}.${id}.a`,
        `${tier}.ffffffff-ffff-ffff-ffff-ffffffffffff.${
          "\u{10ffff}".repeat(100)
        }`,
      ]),
    ];
    for (const after of cursors) {
      for (const query of ["", "cursor", "crusor", "nobody at all", "..."]) {
        const { hits } = await search(db, { query, after });
        assert.ok(hits.length <= 25, after);
      }
    }
    const [first] = (await search(db, { query: "cursor", after: "x" })).hits;
    assert.equal(first?.user.name, "Cursor Case");
  },
);
