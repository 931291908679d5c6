import assert from "node:assert/strict";
import { eq, inArray, sql } from "drizzle-orm";
import { auditEvents, passwords } from "../../db/schema.ts";
import { keepHouse } from "../../services/program.ts";
import { program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";

const SALT_AND_DIGEST = `${"A".repeat(22)}$${"A".repeat(43)}`;
const argon2id = (parameters: string) =>
  `$argon2id$v=19$${parameters}$${SALT_AND_DIGEST}`;

const WEAK = [
  "$2b$10$7JFti0fkDVwYqy8poxolX.BttNGPN.HcW80ik8tkrtVxURbIBvlbu",
  "pbkdf2_sha256$100000$seasalt2seasalt2$sChRf+WMh6AY3zFfQmUerp0+U0GM0FMHOAX+ZnQi7go=",
  "$argon2i$v=19$m=65536,t=3,p=4$Dgc5WHh4x67Xh03B4NCONA$B7zvcWKNh877ODp0G/VdkDJDNm5XOvlLmnRzQAuadt4",
  argon2id("m=1024,t=2,p=2"),
  argon2id("m=19456,t=1,p=1"),
];
/** OWASP's five, and what is above them. */
const STRONG = [
  "m=47104,t=1,p=1",
  "m=19456,t=2,p=1",
  "m=12288,t=3,p=1",
  "m=9216,t=4,p=1",
  "m=7168,t=5,p=1",
  "m=4194304,t=999,p=64",
].map(argon2id);

testOnEach(
  "a weak hash that nobody has signed in with lapses, and no other one (ASVS 11.4.2)",
  async (connection) => {
    const { db } = connection;
    const { services } = program(connection, { FOREIGN_HASH_DAYS: "30" });
    const given = async (hash: string, days: number) => {
      const { id } = await person(db);
      await db.update(passwords)
        .set({ hash, setAt: sql`now() - make_interval(days => ${days})` })
        .where(eq(passwords.userId, id));
      return id;
    };
    const old = await Promise.all(WEAK.map((it) => given(it, 31)));
    const kept = await Promise.all([
      ...WEAK.map((it) => given(it, 29)),
      ...STRONG.map((it) => given(it, 3_000)),
    ]);
    await keepHouse(services);
    const left = async (ids: string[]) =>
      (await db.select().from(passwords).where(inArray(passwords.userId, ids)))
        .length;
    assert.equal(await left(old), 0);
    assert.equal(await left(kept), kept.length);
    const events = await db.select().from(auditEvents)
      .where(eq(auditEvents.event, "authn_password_lapsed"));
    assert.deepEqual(events.map((it) => it.detail), [{ users: 5, days: 30 }]);
    await keepHouse(services); // nothing to tell the second time
    assert.equal(
      (await db.select().from(auditEvents)
        .where(eq(auditEvents.event, "authn_password_lapsed"))).length,
      1,
    );
  },
);
