import assert from "node:assert/strict";
import { program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { filtered, provider, scimToken } from "../support/scim.ts";
import { insertUsers } from "../../db/users.ts";
import { v7 as uuidv7 } from "uuid";

interface Named {
  id: string;
}

testOnEach(
  "pages by position and pages by cursor give everybody once, in the same order",
  async ({ db }) => {
    const { text, owner } = await scimToken(db);
    const send = provider(program({ db }), text);
    for (let i = 0; i < 7; i++) await person(db);

    const positions: string[] = [];
    let total = 1;
    for (let startIndex = 1; startIndex <= total; startIndex += 3) {
      const { json } = await send(
        "GET",
        `/Users?startIndex=${startIndex}&count=3`,
      );
      total = json.totalResults;
      assert.equal(json.startIndex, startIndex);
      assert.equal(json.itemsPerPage, json.Resources.length);
      positions.push(...json.Resources.map((it: Named) => it.id));
    }
    assert.equal(positions.length, total);
    assert.equal(new Set(positions).size, total);
    assert.ok(positions.includes(owner.id));

    const keys: string[] = [];
    let cursor: string | undefined = "";
    while (cursor !== undefined) {
      const { json } = await send("GET", `/Users?count=3&cursor=${cursor}`);
      assert.equal("totalResults" in json, false);
      assert.match(json.nextCursor ?? "a", /^[\w.~-]+$/);
      keys.push(...json.Resources.map((it: Named) => it.id));
      cursor = json.nextCursor;
    }
    assert.deepEqual(keys, positions);
  },
);

testOnEach(
  "what a page may not be is made the nearest that it may (RFC 7644, 3.4.2.4)",
  async ({ db }) => {
    const send = provider(program({ db }), (await scimToken(db)).text);
    await insertUsers(
      db,
      Array.from({ length: 120 }, (_, i) => ({
        id: uuidv7(),
        name: "Many",
        username: `many-${i}-${uuidv7().slice(-8)}`,
        email: null,
        attributes: {},
      })),
    );
    for (
      const [query, startIndex, items] of [
        ["", 1, 100],
        ["startIndex=0", 1, 100],
        ["startIndex=-5&count=2", 1, 2],
        ["count=0", 1, 0],
        ["count=-1", 1, 0],
        ["count=5000", 1, 100],
        ["startIndex=99999", 99999, 0],
      ] as const
    ) {
      const { status, json } = await send("GET", `/Users?${query}`);
      assert.equal(status, 200);
      assert.deepEqual([json.startIndex, json.itemsPerPage], [
        startIndex,
        items,
      ], query);
      assert.ok(json.totalResults > 120, query);
    }
    const none = await send("GET", "/Users?cursor=&count=0");
    assert.deepEqual(none.json.Resources, []);
  },
);

testOnEach(
  "users whom the other system calls the same are found together, page by page",
  async ({ db }) => {
    const send = provider(program({ db }), (await scimToken(db)).text);
    const externalId = crypto.randomUUID();
    const ids = Array.from({ length: 5 }, () => uuidv7());
    await insertUsers(
      db,
      ids.map((id) => ({
        id,
        name: "Same",
        username: `same-${id.slice(-12)}`,
        email: null,
        attributes: {},
        externalId,
      })),
    );
    const filter = `externalId eq "${externalId}"`;
    const second = await send(
      "GET",
      filtered(filter, "&startIndex=3&count=2"),
    );
    assert.equal(second.json.totalResults, 5);
    assert.deepEqual(
      second.json.Resources.map((it: Named) => it.id),
      ids.slice(2, 4),
    );
    const first = await send("GET", filtered(filter, "&cursor&count=3"));
    assert.equal(first.json.nextCursor, ids[2]);
    const rest = await send(
      "GET",
      filtered(filter, `&cursor=${first.json.nextCursor}&count=3`),
    );
    assert.deepEqual(
      rest.json.Resources.map((it: Named) => it.id),
      ids.slice(3),
    );
    assert.equal("nextCursor" in rest.json, false);
  },
);
