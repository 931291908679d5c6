import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { rows } from "../../db/client.ts";
import { insertMail, listMails } from "../../db/mails.ts";
import type { Permission, Scope } from "../../services/context.ts";
import { writeLetter } from "../../views/mails.tsx";
import { apiToken } from "../support/api.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";

const FOLDER = new URL("../../db/migrations/", import.meta.url);

async function statements() {
  const file = [...Deno.readDirSync(FOLDER)]
    .find((it) => it.name.endsWith("_permissions_scope.sql"))!;
  const text = await Deno.readTextFile(new URL(file.name, FOLDER));
  return text.split("--> statement-breakpoint");
}

testOnEach(
  "the migration tells owners whose tokens do less now, gives the new scope to none, and forgets kept secrets",
  async ({ db }) => {
    const owning = async (
      permissions: Permission[],
      scopes: Scope[],
      days = 30,
    ) => {
      const owner = await person(db, { permissions });
      await apiToken(db, { ownerId: owner.id, scopes, days });
      return owner;
    };
    const told = await owning(["administration"], [
      "users:read",
      "users:write",
    ]);
    await apiToken(db, { ownerId: told.id, scopes: ["passwords:set"] });
    const colleague = await owning(["user_management"], ["passwords:set"]);
    const untold = [
      await owning(["administration"], ["users:read"]),
      await owning(["administration"], ["users:write"], -1),
      await owning(["audit_log"], ["users:write"]),
    ];
    await rows(
      db,
      sql`insert into idempotent_answers (owner_id, key, request_hash, sealed_body) values (${told.id}, 'k', 'h', 'sealed')`,
    );
    for (const it of await statements()) await db.execute(sql.raw(it));
    const mails = await listMails(db, told.id, 5);
    assert.deepEqual(mails.map((it) => it.kind), ["api_token_narrowed"]);
    assert.equal((await listMails(db, colleague.id, 5)).length, 1);
    for (const { id } of untold) {
      assert.deepEqual(await listMails(db, id, 5), []);
    }
    const [mail] = await rows<
      { facts: Record<string, string>; version: string }
    >(
      db,
      sql`select facts, substr(id::text, 15, 1) as version from mails where user_id = ${told.id}`,
    );
    assert.equal(mail!.version, "7");
    assert.equal(mail!.facts.tokens, "of a test, of a test");
    for (const language of ["en", "de"] as const) {
      const { text } = writeLetter({
        ...told,
        kind: "api_token_narrowed",
        facts: mail!.facts,
        language,
      });
      assert.match(text, /permissions:write/);
      assert.match(text, /of a test, of a test/);
      assert.match(text, /20\d\d-\d\d-\d\d \d\d:\d\d UTC/);
    }
    assert.deepEqual(
      await rows(
        db,
        sql`select scopes from api_tokens where scopes ? 'permissions:write'`,
      ),
      [],
    );
    assert.deepEqual(
      await rows(db, sql`select key from idempotent_answers`),
      [],
    );
    // It comes behind what was written before, as every id does.
    const later = await insertMail(db, {
      kind: "new_device",
      userId: told.id,
      facts: {},
    });
    assert.equal((await listMails(db, told.id, 1))[0]!.id, later);
  },
);
