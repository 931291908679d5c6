import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { MAX, v7 as uuidv7 } from "uuid";
import type { Database } from "../../db/client.ts";
import { COMMANDS } from "../../routes/cli/commands.ts";
import { program } from "../support/app.ts";
import { command, commandJson, lastCommand } from "../support/cli.ts";
import { testEmbedded, testOnEach } from "../support/database.ts";
import { asOwner } from "../support/rows.ts";

testOnEach(
  "the audit log is sealed and verified, and a difference ends with 3",
  async ({ db }) => {
    const running = program({ db });
    await asOwner(db, sql`delete from audit_events`); // of the tests before this one
    const nothing = await commandJson(running, "verify-audit");
    assert.deepEqual([nothing.code, nothing.reason], [1, "nothing_sealed"]);
    const id = uuidv7({ msecs: Date.now() - 3_600_000 });
    await db.execute(sql`
      insert into audit_events (id, at, event, address, request_id)
      values (${id}, now() - interval '1 hour', 'user_created', '192.0.2.1', 'r')`);
    const sealed = await commandJson(running, "seal-audit");
    assert.deepEqual([sealed.code, sealed.events], [0, 1]);
    const verified = await commandJson(running, "verify-audit");
    assert.deepEqual([verified.code, verified.seal], [0, sealed.seal]);
    const kept = await command(
      running,
      "verify-audit",
      "--kept",
      sealed.seal as string,
    );
    assert.equal(kept.code, 0);
    assert.match(kept.out, /^Verified: 1 events in 1 seals/);
    const other = await commandJson(running, "verify-audit", "--kept=x.y");
    assert.deepEqual([other.code, other.reason], [3, "kept_seal_missing"]);

    await db.execute(sql`
      insert into audit_events (id, event, address, request_id) values (${MAX}, 'user_created', '192.0.2.1', 'r')`);
    const outside = await command(running, "verify-audit");
    assert.equal(outside.code, 3);
    assert.match(outside.err, /1 events lie outside of time/);
    assert.match(outside.err, / {2}f{8}-.*: its time lay in the future/);

    await asOwner(
      db,
      sql`update audit_events set address = '192.0.2.2' where id = ${id}`,
    );
    const differs = await commandJson(running, "verify-audit");
    assert.equal(differs.code, 3);
    assert.deepEqual([differs.reason, differs.what], ["differs", "changed"]);
    assert.match(differs.message as string, /1 were sealed, 1 are there/);
    const event = await lastCommand(db);
    assert.equal((event?.detail as { verified: boolean }).verified, false);
  },
);

testEmbedded(
  "wrong use ends with 2 and says what is wrong, before the database is opened",
  async ({ db }) => {
    const { services } = program({ db });
    const closed = {
      get services(): typeof services {
        throw new Error("it was opened");
      },
    };
    for (
      const [args, complaint] of [
        [["grnt", "ann"], /no command "grnt"/],
        [["toString"], /no command "toString"/],
        [["grant", "ann"], /it takes USER PERMISSION\. Use: .* grant USER/],
        [["setup", "--force"], /Unknown option '--force'/],
        [["verify-audit", "--kept"], /--kept <value>' argument missing/],
        [["create-administrator", "--name", "A"], /--username USERNAME is/],
      ] as const
    ) {
      const { code, out, err } = await command(closed, ...args);
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, complaint);
    }
    const json = await commandJson(closed, "grnt");
    assert.deepEqual([json.code, json.ok, json.reason], [
      2,
      false,
      "wrong_use",
    ]);
    const permission = await command({ services }, "grant", "ann", "root");
    assert.equal(permission.code, 2);
    assert.match(permission.err, /one of user_management, audit_log/);
  },
);

testEmbedded("the help and the README name every command", async () => {
  const running = program({ db: undefined as unknown as Database });
  const { code, out } = await command(running, "help");
  const readme = await Deno.readTextFile(
    new URL("../../README.md", import.meta.url),
  );
  assert.equal(code, 0);
  for (const name of Object.keys(COMMANDS)) {
    assert.ok(out.includes(`  ${name}`), name);
    assert.match(readme, new RegExp(`^\\| .*\`${name}[ \`]`, "m"));
  }
  assert.equal((await command(running)).out, out);
});
