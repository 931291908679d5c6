import assert from "node:assert/strict";
import { eq, sql } from "drizzle-orm";
import type { Connection, Database } from "../../db/client.ts";
import {
  deleteWeakHashes,
  expirePassword,
  findPassword,
} from "../../db/passwords.ts";
import { passwords } from "../../db/schema.ts";
import { lockUser } from "../../db/users.ts";
import type { ServiceContext } from "../../services/context.ts";
import { endAccess } from "../../services/ended_access.ts";
import {
  confirmTotp,
  getSecondFactor,
  startTotp,
} from "../../services/own_second_factor.ts";
import { resumeSession } from "../../services/sessions.ts";
import { signIn } from "../../services/sign_in.ts";
import { program } from "../support/app.ts";
import { plantPasskey } from "../support/authenticators.ts";
import { testOnPostgres } from "../support/database.ts";
import { type Person, person } from "../support/people.ts";
import { eventsOf, sessionsOf, somebodyWaits } from "../support/rows.ts";
import { codeOf } from "../support/totp.ts";

function contextOf(connection: Connection): ServiceContext {
  return {
    ...program(connection).services,
    requestId: "wait",
    address: "192.0.2.7",
    userAgent: "test",
  };
}

async function enter(context: ServiceContext, { username, password }: Person) {
  return await signIn(context, {
    identifier: username,
    password,
    device: "a browser",
  });
}

/** What becomes of an act that waits for the user's row until `change` has been committed. */
async function waitingFor<Outcome>(
  db: Database,
  userId: string,
  change: (tx: Database) => Promise<unknown>,
  act: () => Promise<Outcome>,
): Promise<Outcome> {
  const { acting } = await db.transaction(async (tx) => {
    await lockUser(tx, userId);
    const acting = act();
    acting.catch(() => {}); // looked at below
    while (!await somebodyWaits(db));
    await change(tx);
    return { acting };
  });
  return await acting;
}

testOnPostgres(
  "no sign-in by the password alone passes a factor that was added while it waited (ASVS 6.3.3, 15.4.2)",
  async (connection) => {
    const { db } = connection;
    const context = contextOf(connection);
    const user = await person(db);
    const outcome = await waitingFor(db, user.id, async (tx) => {
      await plantPasskey(tx, { userId: user.id });
      await endAccess(tx, { change: "factor_added", userId: user.id });
    }, () => enter(context, user));
    assert.equal(outcome.ok, false);
    assert.deepEqual(await sessionsOf(db, user.id), []);
    assert.deepEqual(await eventsOf(db, user.id, "authn_login_success"), []);
    const again = await enter(context, user);
    assert.ok(again.ok && again.value.pending);
  },
);

testOnPostgres(
  "however sign-ins fall, none by the password alone outlives the adding of an app (ASVS 6.3.3, 15.4.2)",
  async (connection) => {
    const { db } = connection;
    const context = contextOf(connection);
    for (let round = 0; round < 15; round++) {
      const user = await person(db);
      const own = await enter(context, user);
      assert.ok(own.ok);
      const actor = (await resumeSession(context, own.value.token))!;
      assert.ok((await startTotp(context, actor)).ok);
      const { secret } = (await getSecondFactor(context, actor)).enrolment!;
      const [added] = await Promise.all([
        confirmTotp(context, { actor, code: codeOf(secret, 0) }),
        ...Array.from({ length: 6 }, () => enter(context, user)),
      ]);
      assert.ok(added!.ok);
      const open = (await sessionsOf(db, user.id)).filter((it) => !it.pending);
      assert.deepEqual(open.map((it) => it.id), [actor.sessionId]);
    }
  },
);

testOnPostgres(
  "no second step begins for an account that was frozen while the first one waited (ASVS 7.4.2)",
  async (connection) => {
    const { db } = connection;
    const user = await person(db);
    await plantPasskey(db, { userId: user.id });
    const outcome = await waitingFor(db, user.id, async (tx) => {
      await endAccess(tx, { change: "frozen", userId: user.id });
      await expirePassword(tx, user.id);
    }, () => enter(contextOf(connection), user));
    assert.equal(outcome.ok, false);
    assert.deepEqual(await sessionsOf(db, user.id), []);
  },
);

testOnPostgres(
  "a password that was set while weak hashes lapsed stays (ASVS 15.4.2)",
  async ({ db }) => {
    const { id } = await person(db);
    const { hash } = (await findPassword(db, id))!;
    const store = (tx: Database, hash: string) =>
      tx.update(passwords).set({
        hash,
        setAt: sql`now() - interval '99 days'`,
      }).where(eq(passwords.userId, id));
    await store(db, "$2b$10$weak");
    const today = { memoryKib: 65_536, iterations: 3 };
    const lapsed = await db.transaction(async (tx) => {
      await store(tx, hash!);
      const lapsing = deleteWeakHashes(db, { days: 30, today });
      lapsing.catch(() => {}); // looked at below
      while (!await somebodyWaits(db));
      return { lapsing };
    });
    assert.equal(await lapsed.lapsing, 0);
    assert.equal((await findPassword(db, id))?.hash, hash);
  },
);
