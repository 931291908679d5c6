import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { rows } from "../../db/client.ts";
import { insertUsers } from "../../db/users.ts";
import { findLookAlikes, usernameLook } from "../../db/look_alikes.ts";
import { demoPeople } from "../../services/demo_people.ts";
import { v7 as uuidv7 } from "uuid";
import { testOnEach } from "../support/database.ts";

testOnEach(
  "the look of what folds to ASCII is the same to the database and to the program",
  async ({ db }) => {
    const alphabet = [..."abimlorn01IMOLRN9._-x"];
    let seed = 3;
    const below = (n: number) => (seed = seed * 48_271 % 2_147_483_647) % n;
    const word = () =>
      Array.from({ length: 3 }, () => alphabet[below(alphabet.length)]!)
        .join("");
    const ascii = [...new Set(Array.from({ length: 300 }, word))];
    const byKey = new Map(ascii.map((it) => [it.toLowerCase(), it]));
    await insertUsers(
      db,
      [...byKey.values()].map((username) => ({
        id: uuidv7(),
        username,
        name: "X",
        email: null,
        attributes: {},
      })),
    );
    const [{ wrong }] = await rows<{ wrong: number }>(
      db,
      sql`select count(*)::int as wrong from users
        where (username_look is null) <> (username_key ~ '^[ -~]*$')`,
    ) as [{ wrong: number }];
    assert.equal(wrong, 0);
    const drawn = [...byKey.values()]
      .map((it) => it.replace(/[ao]/i, (it) => it === "a" ? "а" : "о"))
      .filter((it) => usernameLook(it) !== null);
    const found = await findLookAlikes(db, drawn);
    for (const it of drawn) assert.ok(found.has(it.toLowerCase()), it);
  },
);

Deno.test("the looks of invented people, who have all alphabets, are their own", () => {
  const seen = new Map<string, string>();
  const alike: string[] = [];
  for (const { username } of demoPeople(20_000)) {
    const look = usernameLook(username);
    if (look === null) continue;
    const before = seen.get(look);
    if (before !== undefined && before !== username) alike.push(username);
    seen.set(look, username);
  }
  assert.deepEqual(alike, []);
});
