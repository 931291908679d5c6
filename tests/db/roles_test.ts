import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { connectPostgres } from "../../db/client.ts";
import { explainStartFailure } from "../../services/start_failure.ts";
import { sealAuditLog } from "../../services/audit_seals.ts";
import { browser, hidden, program } from "../support/app.ts";
import {
  freshDatabaseUrl,
  POSTGRES_SETTINGS,
  testOnPostgres,
} from "../support/database.ts";
import { person } from "../support/people.ts";

/** A database of an owner and a worker, as docs/security.md has it. */
async function withTwoRoles() {
  const url = new URL(await freshDatabaseUrl());
  const client = postgres(Deno.env.get("TEST_DATABASE_URL")!, { max: 1 });
  const server = drizzle({ client });
  const id = crypto.randomUUID().slice(0, 8);
  const [owner, worker] = [`owner_${id}`, `worker_${id}`];
  for (const name of [owner, worker]) {
    await server.execute(sql`create role ${sql.identifier(name)} login`);
  }
  await server.execute(
    sql`alter database ${sql.identifier(url.pathname.slice(1))} owner to ${
      sql.identifier(owner)
    }`,
  );
  const as = (name: string) =>
    Object.assign(new URL(url), { username: name }).href;
  return {
    workerUrl: as(worker),
    connection: await connectPostgres({
      url: as(worker),
      ownerUrl: as(owner),
      ...POSTGRES_SETTINGS,
    }),
    close: async () => {
      await server.execute(
        sql`drop database ${
          sql.identifier(url.pathname.slice(1))
        } with (force)`,
      );
      for (const name of [owner, worker]) {
        await server.execute(sql`drop role ${sql.identifier(name)}`);
      }
      await client.end();
    },
  };
}

testOnPostgres(
  "a role that owns nothing does the program's work, and can't change the audit log or the tables (ASVS 13.2.2, 16.4.2)",
  async () => {
    const { connection, close } = await withTwoRoles();
    const { db } = connection;
    const running = program(connection);
    const staff = await person(db, {
      permissions: ["user_management", "audit_log", "administration"],
    });
    const user = await person(db, { name: "Wanda Worker" });
    const visitor = browser(running);
    await visitor.signIn(staff);
    assert.match(await (await visitor.get("/users?q=wanda")).text(), /Wanda/);
    const path = `/users/${user.id}/password`;
    const form = await (await visitor.get(path)).text();
    const saved = await visitor.post(path, {
      newPassword: "seven geese cross the bridge",
      reason: "no_mailbox",
      formId: hidden(form, "formId"),
      seenSetAt: hidden(form, "seenSetAt"),
      temporary: "on",
    });
    assert.match(await saved.text(), /saved/);
    await sealAuditLog(running.services);

    for (
      const statement of [
        sql`update audit_events set event = 'nothing'`,
        sql`delete from audit_events`,
        sql`truncate audit_events`,
        sql`delete from audit_seals`,
        sql`alter table audit_events disable trigger user`,
        sql`drop table users`,
        sql`create table mine (id int)`,
        sql`truncate users cascade`,
      ]
    ) {
      await assert.rejects(
        db.execute(statement),
        (error: Error) => (error.cause as { code?: string }).code === "42501",
      );
    }
    await connection.close();
    await close();
  },
);

testOnPostgres(
  "a missing role, and tables of another one, stop the start with a sentence",
  async () => {
    const url = new URL(await freshDatabaseUrl());
    const nobody = Object.assign(new URL(url), { username: "nobody_there" });
    await assert.rejects(
      connectPostgres({
        url: nobody.href,
        ownerUrl: url.href,
        ...POSTGRES_SETTINGS,
      }),
      (error) => /a role is missing/.test(explainStartFailure(error) ?? ""),
    );
    const { connection, workerUrl, close } = await withTwoRoles();
    await connection.close();
    await assert.rejects(
      connectPostgres({ url: workerUrl, ...POSTGRES_SETTINGS }),
      (error) => /another role owns/.test(explainStartFailure(error) ?? ""),
    );
    await close();
  },
);
