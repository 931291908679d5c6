import bcrypt from "bcrypt";
import { eq } from "drizzle-orm";
import { pbkdf2Sync } from "node:crypto";
import type { Database } from "../../db/client.ts";
import { passwords } from "../../db/schema.ts";
import { createPasswordHasher } from "../../services/password_hash.ts";
import { requestPasswordReset } from "../../services/password_resets.ts";
import { signIn } from "../../services/sign_in.ts";
import { program } from "../support/app.ts";
import { testOnPostgres } from "../support/database.ts";
import { person } from "../support/people.ts";
import { alike, takingTurns } from "../support/times.ts";

const hasherOf = (memoryKib: number, iterations = 2) =>
  createPasswordHasher({
    parameters: { memoryKib, iterations, parallelism: 1 },
    width: 2,
    maxWaiting: 100,
  });
const today = hasherOf(2_048); // small, since a wrong password takes many times as long

/** What may be stored for somebody: hashes of three ages, of other programs, one too dear to verify, or none. */
const STORED: Record<string, () => Promise<string | undefined>> = {
  today: () => today.hash("some password of all"),
  "of last year": () => hasherOf(1_024).hash("some password of all"),
  "of the beginning": () => hasherOf(256, 1).hash("some password of all"),
  bcrypt: () => bcrypt.hash("some password of all", 7),
  PBKDF2: () => {
    const salt = "seasalt2seasalt2";
    const digest = pbkdf2Sync(
      "some password of all",
      salt,
      8_000,
      32,
      "sha256",
    );
    return Promise.resolve(
      `pbkdf2_sha256$8000$${salt}$${digest.toString("base64")}`,
    );
  },
  "too dear": () =>
    bcrypt.hash("x", 4).then((it: string) => it.replace("$04$", "$15$")),
  nothing: () => Promise.resolve(undefined),
};

async function givenHash(db: Database, hash: string | undefined) {
  const user = await person(db);
  const his = eq(passwords.userId, user.id);
  if (hash === undefined) await db.delete(passwords).where(his);
  else await db.update(passwords).set({ hash }).where(his);
  return user;
}

const SETTINGS = {
  SIGN_IN_ATTEMPTS: "99",
  SIGN_IN_ATTEMPTS_PER_ACCOUNT: "100",
  SIGN_IN_ATTEMPTS_PER_ADDRESS: "100000",
  RESET_REQUESTS_PER_ADDRESS: "100000",
  SMTP_URL: "smtp://127.0.0.1:9", // nobody is there
};

testOnPostgres(
  "a wrong password takes as long whatever is stored for the account, and as long for nobody, also under a flood (ASVS 6.3.8)",
  async (connection) => {
    const { services } = program(connection, SETTINGS, today);
    const attempt = (identifier: string, address: string) =>
      signIn({ ...services, requestId: "time", address, userAgent: "test" }, {
        identifier,
        password: "wrong",
        device: "d",
      });
    const works: Record<string, () => Promise<unknown>> = {};
    let number = 0;
    works.nobody = () => attempt(`nobody.${number++}`, "192.0.2.7");
    for (const [stored, make] of Object.entries(STORED)) {
      const { username } = await givenHash(connection.db, await make());
      works[stored] = () => attempt(username, "192.0.2.7");
    }
    alike(await takingTurns(works, 25), "nobody");

    const victims = await Promise.all(
      Array.from(
        { length: 4 },
        async () => await givenHash(connection.db, await STORED.PBKDF2!()),
      ),
    );
    let flooding = true;
    const flood = victims.map(async ({ username }, n) => {
      while (flooding) await attempt(username, `198.51.100.${n}`);
    });
    const { nobody, bcrypt, today: current } = works;
    const under = { nobody: nobody!, bcrypt: bcrypt!, today: current! };
    const times = await takingTurns(under, 20);
    flooding = false;
    await Promise.all(flood);
    alike(times, "nobody");
  },
);

testOnPostgres(
  "asking for a reset takes as long for nobody as for somebody, also while mail is down (CS-FORGOT-1)",
  async (connection) => {
    const { services } = program(connection, SETTINGS, today);
    const context = {
      ...services,
      requestId: "time",
      address: "192.0.2.7",
      userAgent: "test",
    };
    let number = 0;
    const somebody: string[] = [];
    while (somebody.length < 202) {
      somebody.push((await person(connection.db)).username);
    }
    const times = await takingTurns({
      nobody: () =>
        requestPasswordReset(context, { identifier: `nobody.${number++}` }),
      somebody: () =>
        requestPasswordReset(context, { identifier: somebody.pop()! }),
    }, 200);
    alike(times, "nobody");
  },
);
