import assert from "node:assert/strict";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { names, search } from "../support/search.ts";

testOnEach(
  "a misspelt name finds those that were meant, and says that they are similar",
  async ({ db }) => {
    await person(db, { name: "Xaver Tschernikow", username: "xt" });
    await person(db, { name: "Vroni Kwiatkowska", username: "vk" });
    const meant = ["~Xaver Tschernikow"];
    const misspelt = [
      "tschernikov",
      "tschrenikow",
      "tchernikow",
      "tschernikof xaver",
      "xavre tschernikow",
      "Tschernikkow",
    ];
    for (const query of misspelt) {
      assert.deepEqual(await names(db, query), meant, query);
    }
    assert.deepEqual(await names(db, "vroni kwiatkovska"), [
      "~Vroni Kwiatkowska",
    ]);
    assert.deepEqual(await names(db, "vrnoi kwiatkowsak"), [
      "~Vroni Kwiatkowska",
    ]);
    const { hits } = await search(db, { query: "tschernikov" });
    assert.deepEqual(hits[0]!.name, [
      { text: "Xaver ", match: false },
      { text: "Tschernikow", match: true },
    ]);
    assert.deepEqual(await names(db, "tschernikov", ["username", "email"]), []);
  },
);

testOnEach(
  "what is spelt like a name is not taken for another one",
  async ({ db }) => {
    await person(db, { name: "Meierling Aa", username: "ma", email: null });
    await person(db, { name: "Meyerling Bb", username: "mb", email: null });
    await person(db, { name: "Lia Cc", username: "yerling", email: null });
    assert.deepEqual(await names(db, "meierling"), ["Meierling Aa"]);
    assert.deepEqual(await names(db, "meier"), ["Meierling Aa"]);
    assert.deepEqual(
      await names(db, "meierling bb"),
      ["~Meyerling Bb"],
      "nobody is called so",
    );
    assert.deepEqual(
      await names(db, "yerling"),
      ["Lia Cc", "Meyerling Bb"],
      "somebody's username",
    );
    assert.deepEqual(
      await names(db, "lqa"),
      [],
      "three letters are near to everything",
    );
    assert.deepEqual(await names(db, "meierling1"), []);
  },
);

testOnEach("similar users are paged as all others", async ({ db }) => {
  for (let i = 0; i < 60; i++) {
    await person(db, { name: `Paged${i} Wolkenstein`, username: `pw-${i}` });
  }
  for (
    const query of ["wolkenstien", "wolkenstein xolkenstein", "pw- wolkenstein"]
  ) {
    const found: string[] = [];
    let after: string | undefined;
    do {
      const page = await search(db, { query, after });
      found.push(...page.hits.map((it) => it.user.username));
      after = page.next;
    } while (after);
    assert.equal(new Set(found).size, found.length);
    assert.equal(found.length, 60, query);
  }
});

testOnEach(
  "those whose names begin with what was meant come before the others",
  async ({ db }) => {
    await person(db, { name: "Anselm Bartholomew", username: "s1" });
    await person(db, { name: "Bartholomew Zander", username: "s2" });
    await person(db, { name: "Bartholomew-Jim Abel", username: "s3" });
    await person(db, { name: "Bartholomey Young", username: "s4" });
    assert.deepEqual(await names(db, "bartholomex"), [
      "~Bartholomew Zander",
      "~Bartholomey Young",
      "~Anselm Bartholomew",
      "~Bartholomew-Jim Abel",
    ]);
  },
);
