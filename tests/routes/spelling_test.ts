import assert from "node:assert/strict";
import { testOnEach } from "../support/database.ts";
import { names } from "../support/search.ts";
import { userDoors } from "../support/user_doors.ts";

const NAMES: [typed: string, stored: string, asked: string][] = [
  ["葛\u{e0100}城 花子", "葛\u{e0100}城 花子", "葛城"],
  ["Zoë ❤\ufe0f Heart", "Zoë ❤\ufe0f Heart", "zoe heart"],
  ["Soft\u00adhyphen Sophie", "Softhyphen Sophie", "softhyphen"],
  ["\u200fדוד לוי\u200f", "\u200fדוד לוי\u200f", "דוד לוי"],
  ["Annabel\u200b Zero", "Annabel Zero", "annabel zero"],
  ["ᠮᠣᠩ\u180bᠭᠣᠯ", "ᠮᠣᠩ\u180bᠭᠣᠯ", "ᠮᠣᠩᠭᠣᠯ"],
  ["\u202eAnnabert\u202c \u2066Over\u2069", "Annabert Over", "annabert over"],
  ["Muṁtaz മോഹന്\u200d", "Muṁtaz മോഹന്\u200d", "mumtaz"],
];

/** For the doors that take longer. */
const FEW = NAMES.slice(1, 4);

testOnEach(
  "every door keeps the signs that carry spelling, drops those that carry nothing, and both are found (ASVS 2.2.1)",
  async (connection) => {
    const { db } = connection;
    let number = 0;
    for (const { door, attributes, create } of await userDoors(connection)) {
      for (const [typed, stored, asked] of attributes ? NAMES : FEW) {
        number += 1;
        const made = await create({
          username: `\u200bspelt\u00ad-${number}\u202c`,
          name: `${typed} ${door}`,
          ...(attributes && { phone: "\u202a+49 30 1234567\u202c" }),
        });
        assert.ok(typeof made !== "string", `${door}: ${typed}: ${made}`);
        assert.equal(made.name, `${stored} ${door}`);
        assert.equal(made.username, `spelt-${number}`);
        if (attributes) assert.equal(made.attributes.phone, "+49 30 1234567");
        const found = await names(db, `${asked} ${door}`);
        assert.deepEqual(found, [`${stored} ${door}`], `${door}: ${asked}`);
      }
    }
  },
);
