import assert from "node:assert/strict";
import { eq } from "drizzle-orm";
import { passwords } from "../../db/schema.ts";
import { runNextJob } from "../../services/job_worker.ts";
import { changePermissions } from "../../services/permissions.ts";
import { testOnEach } from "../support/database.ts";
import {
  actorOf,
  contextOf,
  jobDesk,
  upload,
  userOf,
} from "../support/jobs.ts";
import { person } from "../support/people.ts";
import { passwordOf } from "../support/rows.ts";

type Connection = Parameters<Parameters<typeof testOnEach>[1]>[0];

const BCRYPT = "$2b$05$7JFti0fkDVwYqy8poxolX.BttNGPN.HcW80ik8tkrtVxURbIBvlbu";

async function imported(connection: Connection, environment = {}) {
  const { services, staff, actor } = await jobDesk(connection, environment);
  const username = `hash-${crypto.randomUUID()}`;
  await upload(
    services,
    actor,
    `username,name,password_hash\n${username},N,${BCRYPT}\n`,
  );
  await runNextJob(services);
  const { id } = (await userOf(connection.db, username))!;
  return { services, staff, id };
}

testOnEach(
  "whoever imports a hash knows the password: its user gains nothing that the importer lacks before replacing it",
  async (connection) => {
    const { db } = connection;
    const { services, staff, id } = await imported(connection);
    assert.equal((await passwordOf(db, id))!.setBy, staff.id);
    const held = ["administration" as const, "user_management" as const];
    const admin = await person(db, { permissions: held });
    const actor = await actorOf(db, admin, {
      permissions: held,
      scopes: ["users:write", "permissions:write"],
    });
    const grant = (wanted: typeof held[number][]) =>
      changePermissions(contextOf(services), {
        actor,
        subjectId: id,
        wanted,
        seen: [],
      });
    const refused = {
      ok: false,
      failure: { reason: "password_known_to_others" },
    };
    assert.deepEqual(await grant(["administration"]), refused);
    // As the command line leaves it: nobody knows who knows it.
    await db.update(passwords).set({ setBy: null })
      .where(eq(passwords.userId, id));
    assert.deepEqual(await grant(["user_management"]), refused);
    await db.update(passwords).set({ setBy: id })
      .where(eq(passwords.userId, id));
    assert.ok((await grant(["administration"])).ok);
  },
);

testOnEach(
  "where staff may not type passwords, an uploaded hash signs in for its replacement alone",
  async (connection) => {
    const { db } = connection;
    const typed = await imported(connection);
    assert.equal((await passwordOf(db, typed.id))!.temporary, false);
    const generated = await imported(connection, {
      PASSWORD_MODES: "generated",
    });
    assert.equal((await passwordOf(db, generated.id))!.temporary, true);
  },
);
