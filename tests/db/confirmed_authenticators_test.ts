import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { rows } from "../../db/client.ts";
import { recordAudit } from "../../services/audit.ts";
import { program } from "../support/app.ts";
import { factorsOf, plantPasskey } from "../support/authenticators.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { passwordOf } from "../support/rows.ts";

const FOLDER = new URL("../../db/migrations/", import.meta.url);

/** What the migration does with the data that is there: its statements behind those of the schema. */
async function dataStatements() {
  const file = [...Deno.readDirSync(FOLDER)]
    .find((it) => it.name.endsWith("_confirmed_authenticators.sql"))!;
  const text = await Deno.readTextFile(new URL(file.name, FOLDER));
  return text.split("--> statement-breakpoint")
    .filter((it) => !it.includes("ALTER TABLE"));
}

testOnEach(
  "the migration reads from the audit log which passwords others may know, and suspends what is frozen",
  async ({ db }) => {
    const { services } = program({ db });
    const staff = await person(db);
    const [untouched, replaced, takenBack, set, imported] = [
      await person(db),
      await person(db),
      await person(db),
      await person(db),
      await person(db),
    ];
    const context = { ...services, requestId: crypto.randomUUID() };
    const record = (
      event:
        | "authn_password_set"
        | "authn_password_change"
        | "authn_password_reset",
      subjectId: string,
    ) =>
      recordAudit(db, { ...context, address: "192.0.2.7" }, {
        event,
        actorId: staff.id,
        subjectId,
      });
    for (const { id } of [replaced, takenBack]) {
      await record("authn_password_set", id);
      await record("authn_password_change", id);
    }
    await record("authn_password_reset", takenBack.id);
    await db.execute(
      sql`update passwords set set_by = ${staff.id} where user_id = ${set.id}`,
    );
    await db.execute(
      sql`update passwords set set_by = null where user_id = ${imported.id}`,
    );

    const [frozen, opened] = [
      await person(db, { disabled: true }),
      await person(db),
    ];
    for (const { id } of [frozen, opened]) {
      await plantPasskey(db, { userId: id });
      await db.execute(
        sql`insert into reports (id, user_id, mail_kind, facts, address) values (gen_random_uuid(), ${id}, 'new_device', '{}', '192.0.2.7')`,
      );
      await db.execute(
        sql`insert into recovery_codes (id, user_id, hash) values (gen_random_uuid(), ${id}, 'x')`,
      );
    }
    await db.execute(
      sql`insert into recovery_codes (id, user_id, hash) values ('019abc00-0000-7000-8000-000000000000', ${untouched.id}, 'x')`,
    );

    for (const it of await dataStatements()) await db.execute(sql.raw(it));

    const known = async ({ id }: { id: string }) =>
      (await factorsOf(db, id)).knownToOthers;
    assert.deepEqual(
      await Promise.all([untouched, takenBack].map(known)),
      [false, false],
    );
    assert.deepEqual(
      await Promise.all([replaced, set, imported].map(known)),
      [true, true, true],
    );
    const { knownToOthersSince, setAt } = (await passwordOf(db, set.id))!;
    assert.deepEqual(knownToOthersSince, setAt);
    assert.equal((await factorsOf(db, frozen.id)).suspended, "frozen");
    assert.equal((await factorsOf(db, frozen.id)).codes, 0);
    assert.equal((await factorsOf(db, opened.id)).suspended, "password_reset");
    assert.equal((await factorsOf(db, untouched.id)).suspended, null);
    const [made] = await rows<{ at: number }>(
      db,
      sql`select extract(epoch from created_at)::int as at from recovery_codes where user_id = ${untouched.id}`,
    );
    assert.equal(made?.at, Math.round(0x019abc000000 / 1000));
  },
);
