import assert from "node:assert/strict";
import { eq, sql } from "drizzle-orm";
import { type Database, rows } from "../../db/client.ts";
import { revokeApiToken } from "../../db/api_tokens.ts";
import { replacePermissions } from "../../db/permissions.ts";
import { passwords, sessions } from "../../db/schema.ts";
import { setDisabled } from "../../db/users.ts";
import type { Permission } from "../../services/context.ts";
import { apiToken } from "../support/api.ts";
import { browser, ORIGIN, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { type Person, person } from "../support/people.ts";

/** More than is read ahead of whoever takes it. */
const PAGES = 6;

const STREAMS: [path: string, permission: Permission][] = [
  ["/exports/users?format=csv", "user_management"],
  ["/exports/users?format=ndjson", "user_management"],
  ["/audit-events/stream", "audit_log"],
];

interface Asking {
  owner: Person;
  permission: Permission;
  tokenId: string;
}

const LOSSES: Record<string, (db: Database, asking: Asking) => unknown> = {
  "the token is revoked": (db, { tokenId: id }) => revokeApiToken(db, { id }),
  "the token has come to its end": (db, { tokenId }) =>
    rows(
      db,
      sql`update api_tokens set expires_at = now() where id = ${tokenId}`,
    ),
  "the owner is disabled": (db, { owner: { id } }) =>
    setDisabled(db, { id, disabled: true }),
  "the permission is taken": (db, { owner, permission }) =>
    replacePermissions(db, {
      userId: owner.id,
      granted: [],
      taken: [permission],
      grantedBy: null,
    }),
  "the owner has to replace the password": (db, { owner }) =>
    db.update(passwords).set({ temporary: true })
      .where(eq(passwords.userId, owner.id)),
};

/** Enough of both that each stream has several pages; ids of events tell a time, here one of 2024. */
async function fill(db: Database) {
  const run = crypto.randomUUID().slice(0, 8);
  await rows(
    db,
    sql`insert into users (id, username, name, username_key, name_key)
      select gen_random_uuid(), ${run} || n, 'N', ${run} || n, 'n' from generate_series(1, ${
      PAGES * 1000
    }::int) n`,
  );
  await rows(
    db,
    sql`insert into audit_events (id, at, event, address, request_id)
      select ('0192' || substr(gen_random_uuid()::text, 5))::uuid, now() - interval '2 hours', 'user_updated', '192.0.2.1', 'many'
      from generate_series(1, ${PAGES * 1000}::int) n`,
  );
}

/** Takes a stream's first piece, then what `meanwhile` does happens, then takes the rest. */
async function readAround(response: Response, meanwhile: () => unknown) {
  assert.equal(response.status, 200);
  const reader = response.body!.getReader();
  await reader.read();
  await meanwhile();
  while (!(await reader.read()).done);
}

testOnEach(
  "a stream is cut as soon as whoever reads it may no longer (ASVS 8.3.2)",
  async ({ db }) => {
    const { app } = program({ db });
    await fill(db);
    for (const [path, permission] of STREAMS) {
      const ask = async (lose: (asking: Asking) => unknown) => {
        const owner = await person(db, { permissions: [permission] });
        const { id: tokenId, text } = await apiToken(db, { ownerId: owner.id });
        const response = await app.request(`${ORIGIN}/api/v1${path}`, {
          headers: { Authorization: `Bearer ${text}` },
        }, { address: "192.0.2.9" });
        await readAround(
          response,
          () => lose({ owner, permission, tokenId }),
        );
      };
      await ask(() => {}); // comes to its end
      for (const [why, lose] of Object.entries(LOSSES)) {
        await assert.rejects(
          ask((asking) => lose(db, asking)),
          { name: "RightLostError" },
          `${path}: ${why}`,
        );
      }
    }
  },
);

testOnEach(
  "a stream is cut with the session that asked for it",
  async ({ db }) => {
    const running = program({ db });
    await fill(db);
    for (const [path, permission] of STREAMS) {
      const owner = await person(db, { permissions: [permission] });
      const visitor = browser(running);
      await visitor.signIn(owner);
      const response = await visitor.get(`/api/v1${path}`);
      await assert.rejects(
        readAround(
          response,
          () => db.delete(sessions).where(eq(sessions.userId, owner.id)),
        ),
        { name: "RightLostError" },
        path,
      );
    }
  },
);
