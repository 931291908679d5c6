import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { connectPostgres, rows } from "../../db/client.ts";
import {
  freshDatabaseUrl,
  POSTGRES_SETTINGS,
  testOnEach,
  testOnPostgres,
} from "../support/database.ts";
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

testOnEach(
  "similar users behind a page that is exactly full are on the next one",
  async ({ db }) => {
    for (let n = 0; n < 25; n++) {
      await person(db, { name: `Quirin ${n}`, username: `onvolk${n}` });
    }
    await person(db, { name: "Ulla Volk", username: "ulla.v" });
    const first = await search(db, { query: "nvolk" });
    assert.equal(first.hits.length, 25);
    assert.ok(first.next);
    const second = await search(db, { query: "nvolk", after: first.next });
    assert.deepEqual(
      second.hits.map((it) => [it.user.name, it.similar]),
      [["Ulla Volk", true]],
    );
  },
);

testOnPostgres(
  "however many misspelt texts are looked for, a connection keeps few statements",
  async () => {
    const { db, close } = await connectPostgres({
      ...POSTGRES_SETTINGS,
      url: await freshDatabaseUrl(),
      poolSize: 1,
    });
    const words = [
      "kovac",
      "kovas",
      "kovak",
      "josep",
      "josef",
      "marin",
      "mario",
    ];
    for (const [i, word] of words.entries()) {
      for (let n = 0; n <= i; n++) {
        await person(db, { name: `${word}${"aeiou"[n % 5]} ${word}` });
      }
    }
    const misspelt = words.map((it) => it.slice(0, -1) + "q");
    for (const a of misspelt) {
      await search(db, { query: a });
      for (const b of misspelt) {
        await search(db, { query: `${a} ${b}` });
        await search(db, { query: `${a} ${b} ${misspelt[0]}` });
      }
    }
    const [{ kept }] = await rows<{ kept: number }>(
      db,
      sql`select count(*)::int as kept from pg_prepared_statements`,
    ) as [{ kept: number }];
    assert.ok(kept < 40, `${kept} statements`);
    await close();
  },
);
