import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { pbkdf2Sync, scryptSync } from "node:crypto";
import bcrypt from "bcrypt";
import { eq } from "drizzle-orm";
import { passwords } from "../../db/schema.ts";
import { isSeenWhole } from "../../services/foreign_hashes.ts";
import { browser, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { hasher, person } from "../support/people.ts";
import { passwordOf } from "../support/rows.ts";

const LONG = "heron walks ".repeat(7).slice(0, 80);
const SALT = Buffer.from("saltsaltsaltsalt");
const bare = (bytes: Buffer) => bytes.toString("base64").replaceAll("=", "");

/** What other programs make of a password of bytes, whatever those are. */
const FORMS: Record<string, (password: string) => Promise<string>> = {
  bcrypt: (it) => bcrypt.hash(Buffer.from(it), 4),
  "Django's bcrypt": async (it) =>
    `bcrypt$${await bcrypt.hash(Buffer.from(it), 4)}`,
  PBKDF2: (it) =>
    Promise.resolve(
      `$pbkdf2-sha256$i=1000$${bare(SALT)}$${
        bare(pbkdf2Sync(it, SALT, 1000, 32, "sha256"))
      }`,
    ),
  scrypt: (it) =>
    Promise.resolve(
      `$scrypt$ln=10,r=8,p=1$${bare(SALT)}$${
        bare(scryptSync(it, SALT, 32, { N: 1024, r: 8, p: 1 }))
      }`,
    ),
};

for (const [form, hashOf] of Object.entries(FORMS)) {
  Deno.test(`what ${form} does not see of a password signs nobody in (ASVS 6.2.8)`, async () => {
    const refused: [stored: string, typed: string][] = [
      ["heron", "heron\0"],
      ["heron", "heron\0heron"],
      ["heron\0walks", "heron\0walks"],
      ["", "\0"],
    ];
    if (form.includes("bcrypt")) {
      refused.push(
        [LONG, LONG],
        [LONG, `${LONG.slice(0, 72)}${"x".repeat(8)}`],
        [LONG.slice(0, 72), LONG],
        ["ü".repeat(40), "ü".repeat(40)], // 80 bytes, 40 characters
        ["ü".repeat(36), `${"ü".repeat(36)}x`],
      );
    }
    for (const [stored, typed] of refused) {
      const hash = await hashOf(stored);
      assert.equal(
        await hasher.verify(hash, typed),
        false,
        `${stored} ${typed}`,
      );
    }
    for (const whole of ["heron", LONG.slice(0, 71), LONG.slice(0, 72)]) {
      const hash = await hashOf(whole);
      assert.equal(await hasher.verify(hash, whole), true, whole);
      assert.equal(await hasher.verify(hash, `${whole.slice(0, -1)}?`), false);
    }
  });
}

Deno.test("a password whose NFC fills all bytes that bcrypt sees is not known whole (ASVS 6.2.8)", async () => {
  const typed = `\u0958${"a".repeat(66)}`; // 69 bytes; NFC takes the letter apart: 72
  const whole = `${typed.normalize("NFC")} and a tail that bcrypt never saw`;
  const hash = await bcrypt.hash(Buffer.from(whole), 4);
  assert.equal(await hasher.verify(hash, typed), true);
  assert.equal(isSeenWhole(hash, typed), false);
  assert.equal(isSeenWhole(hash, typed.slice(0, -1)), true);
});

Deno.test("Django's bcrypt of SHA-256 sees all of a long password", async () => {
  const digest = async (it: string) =>
    new Uint8Array(
      await crypto.subtle.digest("SHA-256", new TextEncoder().encode(it)),
    ).toHex();
  const hash = `bcrypt_sha256$${await bcrypt.hash(await digest(LONG), 4)}`;
  assert.equal(await hasher.verify(hash, LONG), true);
  assert.equal(
    await hasher.verify(hash, `${LONG.slice(0, 72)}xxxxxxxx`),
    false,
  );
  assert.equal(await hasher.verify(hash, `${LONG}\0`), false);
});

testOnEach(
  "a wrong tail neither signs in nor becomes the password, and what may be a beginning is never kept",
  async (connection) => {
    const { db } = connection;
    const running = program(connection);
    const user = await person(db);
    const hash = await bcrypt.hash(LONG, 4);
    await db.update(passwords).set({ hash })
      .where(eq(passwords.userId, user.id));
    const signIn = async (password: string) =>
      (await browser(running).signIn({ ...user, password })).status;
    assert.equal(await signIn(`${LONG.slice(0, 72)}12345678`), 422);
    assert.equal((await passwordOf(db, user.id))!.hash, hash);
    // Nobody can tell whether 72 bytes are a whole password: they sign in, and bcrypt's hash stays.
    assert.equal(await signIn(LONG.slice(0, 72)), 303);
    assert.equal((await passwordOf(db, user.id))!.hash, hash);

    await db.update(passwords).set({ hash: await bcrypt.hash("pw", 4) })
      .where(eq(passwords.userId, user.id));
    assert.equal(await signIn("pw\0pw"), 422);
    assert.equal(await signIn("pw"), 303);
    assert.match((await passwordOf(db, user.id))!.hash, /^\$argon2id\$/);
  },
);
