import assert from "node:assert/strict";
import { eq } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { passwords } from "../../db/schema.ts";
import { judgePassword } from "../../services/password_judgement.ts";
import { apiClient, apiToken } from "../support/api.ts";
import { browser, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { passwordOf } from "../support/rows.ts";
import { codeOf, enrolTotp } from "../support/totp.ts";

const PASSWORD = "correct horse ünïted";
const BCRYPT = "$2b$05$7JFti0fkDVwYqy8poxolX.BttNGPN.HcW80ik8tkrtVxURbIBvlbu";
/** RFC 7914 has N under 2^(16 r), and Node throws. */
const IMPOSSIBLE = `$scrypt$ln=16,r=1,p=1$${"A".repeat(22)}$${"A".repeat(43)}`;
const ARGON2ID = /^\$argon2id\$/;

async function giveHash(db: Database, userId: string, hash: string) {
  await db.update(passwords).set({ hash }).where(eq(passwords.userId, userId));
}

testOnEach(
  "a hash that came from elsewhere signs in, and is Argon2id from then on",
  async (connection) => {
    const { db } = connection;
    const running = program(connection);
    const user = await person(db, { password: PASSWORD });
    await giveHash(db, user.id, BCRYPT);
    const wrong = await browser(running)
      .signIn({ ...user, password: "wrong horse" });
    assert.equal(wrong.status, 422);
    assert.equal((await passwordOf(db, user.id))!.hash, BCRYPT);
    assert.equal((await browser(running).signIn(user)).status, 303);
    assert.match((await passwordOf(db, user.id))!.hash, ARGON2ID);
    assert.equal((await browser(running).signIn(user)).status, 303);
  },
);

testOnEach(
  "where the stored hash can't be verified, nothing signs in and staff can set another password",
  async (connection) => {
    const { db } = connection;
    const running = program(connection);
    const user = await person(db);
    await giveHash(db, user.id, IMPOSSIBLE);
    assert.equal((await browser(running).signIn(user)).status, 422);
    const staff = await person(db, { permissions: ["user_management"] });
    const { text } = await apiToken(db, { ownerId: staff.id });
    const set = await apiClient(running, text)(
      "POST",
      `/users/${user.id}/password`,
      { json: { reason: "no_mailbox" } },
    );
    assert.equal(set.status, 200);
  },
);

testOnEach(
  "before a second factor too, and where somebody signed in is asked for the password again",
  async (connection) => {
    const { db } = connection;
    const running = program(connection);
    const user = await person(db, { password: PASSWORD });
    const own = browser(running);
    await own.signIn(user);
    const { secret } = await enrolTotp(own);

    await giveHash(db, user.id, BCRYPT);
    const other = browser(running);
    await other.signIn(user);
    assert.match((await passwordOf(db, user.id))!.hash, ARGON2ID);
    const second = await other.post("/sign-in/second-factor", {
      code: codeOf(secret),
    });
    assert.equal(second.status, 303);

    await giveHash(db, user.id, BCRYPT);
    const again = await own.post("/account/check", {
      password: user.password,
      next: "/account/totp",
    });
    assert.equal(again.status, 303);
    assert.match((await passwordOf(db, user.id))!.hash, ARGON2ID);
  },
);

testOnEach(
  "the current password is no new one, also where its hash came from elsewhere",
  async (connection) => {
    const { db } = connection;
    const { services } = program(connection);
    const context = {
      ...services,
      requestId: "test",
      address: "",
      userAgent: "",
    };
    const user = await person(db, { password: PASSWORD });
    const known = {
      ...user,
      userId: user.id,
      hash: BCRYPT,
      secondFactor: false,
      permissions: [],
    };
    const reused = await judgePassword(context, { known, password: PASSWORD });
    assert.deepEqual(
      !reused.ok && reused.failure.violations,
      [{ rule: "reused" }],
    );
    const other = "seven geese cross the bridge";
    assert.ok((await judgePassword(context, { known, password: other })).ok);
  },
);
