import assert from "node:assert/strict";
import { fold } from "../../db/fold.ts";
import { readWildcards } from "../../db/wildcards.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { names, search } from "../support/search.ts";

Deno.test("wildcards mean what people mean by them", () => {
  const cases: [string, string[] | undefined][] = [
    ["schmi*", [" schmi"]],
    ["schmid%", [" schmid"]],
    ["*midtke", ["midtke "]],
    ["%midtke", ["midtke "]],
    ["*midt*", ["midt"]],
    ["sch*dt", [" sch", "dt "]],
    ["anna *midt* x", ["anna", "midt", " x"]],
    ["*li", ["li "]],
    ["*li*", [" li"]], // the index knows no less
    ["*b", [" b"]],
    ["o'b*", [" o b"]],
    ["Mül**", [" mul"]],
    ["王*", [" 王"]],
    ["schmidt", undefined],
    ["100%", undefined],
    ["per%0", undefined],
    ["*", undefined],
    ["%", undefined],
    ["* % **", undefined],
    ["_%", undefined],
    ["", undefined],
  ];
  for (const [typed, words] of cases) {
    assert.deepEqual(readWildcards(fold(typed))?.words, words, typed);
  }
});

testOnEach(
  "a star or percent sign at the ends of a word finds (ASVS 1.2.4: and is no pattern of the database's)",
  async ({ db }) => {
    const people = [
      "Gerd Schmidtke",
      "Ada Goldschmied",
      "Mia Schmitt",
      "Schmi Mid",
      "Midtke Ole",
      "Midtkeberg Ina",
    ];
    for (const name of people) {
      await person(db, { name, email: null });
    }
    const found = async (query: string) => (await names(db, query)).sort();
    assert.deepEqual(await found("schmi*"), [
      "Gerd Schmidtke",
      "Mia Schmitt",
      "Schmi Mid",
    ]);
    assert.deepEqual(await found("*midtke"), ["Gerd Schmidtke", "Midtke Ole"]);
    assert.deepEqual(await found("%midtke"), ["Gerd Schmidtke", "Midtke Ole"]);
    assert.deepEqual(await found("schmid%"), ["Gerd Schmidtke"]);
    assert.deepEqual(await found("sch*tke"), ["Gerd Schmidtke"]);
    assert.deepEqual(await found("mia schm*"), ["Mia Schmitt"]);
    assert.deepEqual(await found("*schmie*"), ["Ada Goldschmied"]);
    assert.deepEqual(await found("*"), []);
    assert.deepEqual(await found("%"), []);
    const { hits: [hit] } = await search(db, { query: "*idtke gerd" });
    assert.deepEqual(hit!.name.filter((it) => it.match).map((it) => it.text), [
      "Gerd",
      "idtke",
    ]);
    for (
      const query of ["*".repeat(200), "a*".repeat(100), "%a%b*".repeat(40)]
    ) {
      assert.ok(Array.isArray(await names(db, query)));
    }
  },
);
