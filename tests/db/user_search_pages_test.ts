import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { type Database, rows } from "../../db/client.ts";
import { fold, haystack, needles } from "../../db/fold.ts";
import { insertPasswords } from "../../db/passwords.ts";
import { replacePermissions } from "../../db/permissions.ts";
import { SEARCH_FIELDS, type SearchField } from "../../db/user_search_texts.ts";
import { insertUsers } from "../../db/users.ts";
import { demoPeople } from "../../services/demo_people.ts";
import { testOnEach } from "../support/database.ts";
import { type Search, search } from "../support/search.ts";

const DEMO = 6000;
/** As many hits of each query are paged through. */
const LOOKED_AT = 250;

interface Stored {
  id: string;
  name: string;
  username: string;
  email: string | null;
  disabled: boolean;
  temporary: boolean;
  staff: boolean;
}

/** What a search has to find, by looking at everybody. */
function lookAtAll(people: Stored[], query: Search): string[] {
  const fields = query.fields ?? [...SEARCH_FIELDS];
  const text = fold(query.query);
  const wanted = needles(text);
  const placed = people.filter((it) =>
    (query.state !== "active" || !it.disabled) &&
    (query.state !== "disabled" || it.disabled) &&
    (!query.temporary || it.temporary) && (!query.staff || it.staff)
  ).flatMap((it) => {
    const keys = Object.fromEntries(
      fields.map((field) => [field, fold(it[field] ?? "")]),
    ) as { [field in SearchField]?: string };
    const name = fold(it.name);
    const username = fold(it.username);
    const place = (tier: number, key: string) => [{ tier, key, id: it.id }];
    if (text === "") return place(1, name);
    if (keys.username === text || keys.email === text) {
      return place(0, username);
    }
    if (keys.name?.startsWith(text)) return place(1, name);
    const inverted = fold(it.name).replace(/^(.*) (.+)$/, "$2 $1");
    if (keys.name !== undefined && inverted.startsWith(text)) {
      return place(2, inverted);
    }
    if (keys.username?.startsWith(text)) return place(3, username);
    const stands = (needle: string) =>
      Object.values(keys).some((key) => haystack(key).includes(needle));
    return wanted.length > 0 && wanted.every(stands) ? place(4, name) : [];
  });
  const bytes = new TextEncoder();
  const order = (a: string, b: string) =>
    Buffer.compare(bytes.encode(a), bytes.encode(b));
  return placed.toSorted((a, b) =>
    a.tier - b.tier || order(a.key, b.key) || order(a.id, b.id)
  ).map((it) => it.id);
}

async function seed(db: Database) {
  const all = [...demoPeople(DEMO)].map((it) => ({ ...it, id: uuidv7() }));
  for (let i = 0; i < all.length; i += 500) {
    const some = all.slice(i, i + 500);
    await insertUsers(
      db,
      some.map((it) => ({
        ...it,
        disabledAt: it.disabled ? new Date() : null,
      })),
    );
    await insertPasswords(
      db,
      some.map(({ id, neverSignedIn }) => ({
        userId: id,
        hash: "$none",
        temporary: neverSignedIn,
      })),
    );
  }
  for (const { id } of all.filter((_, i) => i % 150 === 0)) {
    await replacePermissions(db, {
      userId: id,
      granted: ["audit_log"],
      taken: [],
      grantedBy: null,
    });
  }
}

async function everybody(db: Database): Promise<Stored[]> {
  return await rows<Stored>(
    db,
    sql`select id, name, username, email, disabled_at is not null as disabled,
      coalesce(temporary, false) as temporary,
      id in (select user_id from permissions) as staff
      from users left join passwords on user_id = id`,
  );
}

testOnEach(
  "all pages together are what a look at everybody finds",
  async ({ db }) => {
    await seed(db);
    const people = await everybody(db);
    // Frequent texts are met along the names only where the size of the table is known.
    await rows(db, sql`analyze users`);

    let state = 11;
    const below = (n: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % n;
    };
    const pick = <T>(of: readonly T[]) => of[below(of.length)]!;
    const piece = () => {
      const field = fold(pick(people)[pick(SEARCH_FIELDS)] ?? "x");
      const word = [...pick([field, ...field.split(" ")])];
      const from = pick([0, 0, below(word.length)]);
      return word.slice(from, from + 1 + below(8)).join("");
    };
    const queries: Search[] = Array.from({ length: 100 }, () => ({
      query: pick([
        () => "",
        piece,
        piece,
        () => `${piece()} ${piece()}`,
        () => pick(["example", ".com", "an", "a", "example.org m", "ma a"]),
      ])(),
      state: pick([undefined, undefined, "active", "disabled"]),
      temporary: pick([undefined, undefined, true]),
      staff: pick([undefined, undefined, undefined, true]),
      fields: pick([
        [...SEARCH_FIELDS],
        [...SEARCH_FIELDS],
        [pick(SEARCH_FIELDS)],
        ["username", "email"],
      ]),
    }));
    for (const query of queries) {
      const expected = lookAtAll(people, query);
      if (expected.length > LOOKED_AT) expected.length = LOOKED_AT;
      const found: string[] = [];
      let after: string | undefined;
      const similar: string[] = [];
      do {
        const page = await search(db, { ...query, after });
        for (const hit of page.hits) {
          (hit.similar ? similar : found).push(hit.user.id);
        }
        after = page.next;
      } while (after && found.length < LOOKED_AT && similar.length < LOOKED_AT);
      assert.deepEqual(found, expected, JSON.stringify(query));
      assert.ok(similar.every((it) => !expected.includes(it)));
    }
  },
);
