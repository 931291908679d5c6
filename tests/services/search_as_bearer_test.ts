import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import type { Connection, Database } from "../../db/client.ts";
import { v7 as uuidv7 } from "uuid";
import { insertSession } from "../../db/sessions.ts";
import { searchUsers } from "../../db/user_search.ts";
import { SEARCH_FIELDS } from "../../db/user_search_texts.ts";
import { insertUsers, setDisabled } from "../../db/users.ts";
import { findUsersAsBearer } from "../../services/user_search.ts";
import { bearerOf } from "../../services/sessions.ts";
import { createToken, formatToken, hashSecret } from "../../services/tokens.ts";
import { program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";

const SOUGHT = "Ottilie Bearerson";

/** A desk that searches for somebody by her name, right and misspelt. */
async function desk(
  connection: Connection,
  given: Parameters<typeof person>[1] = { permissions: ["user_management"] },
) {
  const { services } = program(connection);
  const staff = await person(connection.db, given);
  await person(connection.db, { name: SOUGHT });
  const token = createToken();
  const session = {
    id: token.id,
    userId: staff.id,
    secretHash: hashSecret(token.secret),
    address: "192.0.2.1",
    userAgent: "test",
  };
  const context = { ...services, requestId: "r", address: "a", userAgent: "u" };
  const search = (text: string, cookie = formatToken(token)) =>
    findUsersAsBearer(context, {
      query: { query: text },
      bearer: bearerOf(services.settings, cookie)!,
    });
  return { db: connection.db, staff, token, session, search };
}

testOnEach(
  "a search in a session gives the hits and who asks",
  async (connection) => {
    const { db, staff, session, search } = await desk(connection);
    await insertSession(db, session);
    for (const text of ["bearerson", "bearersno"]) {
      const found = await search(text);
      assert.deepEqual(found?.search.hits.map((it) => it.user.name), [SOUGHT]);
      assert.equal(found?.actor.userId, staff.id);
      assert.deepEqual(found?.actor.permissions, ["user_management"]);
    }
  },
);

testOnEach(
  "for whoever holds no permission, or has to change the password first, nobody is looked for",
  async (connection) => {
    for (
      const given of [{}, {
        permissions: ["user_management" as const],
        temporary: true,
      }]
    ) {
      const { db, staff, session, search } = await desk(connection, given);
      await insertSession(db, session);
      const found = await search("bearerson");
      assert.equal(found?.actor.userId, staff.id);
      assert.deepEqual(found?.search.hits, []);
    }
  },
);

const ENDINGS: Record<
  string,
  (db: Database, desk: {
    staff: { id: string };
    session: { id: string };
  }) => Promise<unknown>
> = {
  "has another secret": (db, { session }) =>
    db.execute(
      sql`update sessions set secret_hash = 'another' where id = ${session.id}`,
    ),
  "is unknown": (db, { session }) =>
    db.execute(sql`delete from sessions where id = ${session.id}`),
  "waits for its second factor": (db, { session }) =>
    db.execute(
      sql`update sessions set pending = true where id = ${session.id}`,
    ),
  "was idle for too long": (db, { session }) =>
    db.execute(
      sql`update sessions set last_seen_at = now() - interval '1 day' where id = ${session.id}`,
    ),
  "is too old": (db, { session }) =>
    db.execute(
      sql`update sessions set created_at = now() - interval '2 days' where id = ${session.id}`,
    ),
  "is a disabled user's": (db, { staff }) =>
    setDisabled(db, { id: staff.id, disabled: true }),
};

for (const [how, end] of Object.entries(ENDINGS)) {
  testOnEach(
    `nobody is found in a session that ${how} (ASVS 7.2.1, 7.3.1, 7.3.2)`,
    async (connection) => {
      const { db, session, staff, search } = await desk(connection);
      await insertSession(db, session);
      await end(db, { session, staff });
      assert.equal(await search("bearerson"), undefined);
    },
  );
}

testOnEach(
  "without a session the database looks for nobody, be they frequent, rare or misspelt",
  async ({ db }) => {
    const shared = { permissions: ["audit_log" as const], temporary: true };
    for (const name of ["Frequent One", "Frequent Two"]) {
      await person(db, { ...shared, name });
      await person(db, { ...shared, name, disabled: true });
    }
    await insertUsers(
      db,
      Array.from({ length: 300 }, (_, n) => ({
        id: uuidv7(),
        name: `Frequent ${n}`,
        username: `frequent${n}`,
        email: null,
        attributes: {},
      })),
    );
    const bearer = {
      id: uuidv7(),
      secretHash: "nobody's",
      idleMinutes: 30,
      absoluteHours: 12,
    };
    for (const word of ["frequent", "equent", "frequent250", "freqeunt"]) {
      const query = {
        text: word,
        words: [word],
        fields: SEARCH_FIELDS,
        limit: 26,
      };
      const open = { ...query, filter: {}, doubtful: [word] };
      const { users, spellings } = await searchUsers(db, open);
      assert.ok(users.length > 0 || spellings !== null);
      for (
        const filter of [
          {},
          { state: "disabled" as const },
          { temporary: true },
          { staff: true },
        ]
      ) {
        assert.deepEqual(await searchUsers(db, { ...open, filter, bearer }), {
          session: null,
          users: [],
          spellings: null,
        });
      }
    }
  },
);
