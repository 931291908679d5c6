import assert from "node:assert/strict";
import { eq, sql } from "drizzle-orm";
import type { Connection } from "../../db/client.ts";
import { sessions } from "../../db/schema.ts";
import { browser, csrfOf, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import {
  freshAddress,
  letSessionsEnd,
  refusalsTo,
  SAME_ORIGIN,
  sendForm,
} from "../support/ended_sessions.ts";
import { person } from "../support/people.ts";
import { sessionsOf } from "../support/rows.ts";

const HALF_AN_HOUR = 30 * 60;
const TWELVE_HOURS = 12 * 3600;

async function setting(connection: Connection) {
  const { db } = connection;
  const address = freshAddress();
  const visitor = browser(program(connection), { address });
  const user = await person(db);
  await visitor.signIn(user);
  const page = await (await visitor.get("/help")).text();
  const age = async (minutes: number) => {
    await db.update(sessions).set({
      lastSeenAt: sql`now() - make_interval(mins => ${minutes})`,
      createdAt: sql`now() - make_interval(mins => ${minutes + 60})`,
    }).where(eq(sessions.userId, user.id));
  };
  return { db, address, visitor, user, page, csrf: csrfOf(page), age };
}

/** Seconds that a test may take. */
const isNear = (seconds: number, expected: number) =>
  assert.ok(
    seconds <= expected && seconds > expected - 60,
    `${seconds} of ${expected}`,
  );

testOnEach(
  "a page tells how long its session lasts, and asking again prolongs nothing (ASVS 7.3.1)",
  async (connection) => {
    const { db, visitor, user, page, age } = await setting(connection);
    const inPage = (name: string) =>
      Number(page.match(new RegExp(`data-${name}-seconds="(\\d+)"`))![1]);
    isNear(inPage("idle"), HALF_AN_HOUR);
    isNear(inPage("end"), TWELVE_HOURS);

    await age(20);
    const [before] = await sessionsOf(db, user.id);
    for (let n = 0; n < 3; n++) {
      const answer = await visitor.get("/session");
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get("cache-control")!, /no-store/);
      const clock = await answer.json();
      isNear(clock.idleSeconds, HALF_AN_HOUR - 20 * 60);
      isNear(clock.endSeconds, TWELVE_HOURS - 80 * 60);
    }
    assert.deepEqual((await sessionsOf(db, user.id))[0], before);

    await age(31);
    const over = await visitor.get("/session");
    assert.equal(over.status, 401);
    assert.deepEqual(await over.json(), {});
  },
);

testOnEach(
  "Stay signed in prolongs the session, but not beyond its absolute end (ASVS 7.3.2)",
  async (connection) => {
    const { visitor, csrf, age } = await setting(connection);
    await age(29);
    const stayed = await sendForm(visitor, "/session", { csrf });
    assert.equal(stayed.status, 200);
    isNear((await stayed.json()).endSeconds, TWELVE_HOURS - 89 * 60);
    const { idleSeconds } = await (await visitor.get("/session")).json();
    isNear(idleSeconds, HALF_AN_HOUR);

    await age(11 * 60);
    const late = await sendForm(visitor, "/session", { csrf });
    assert.equal(late.status, 401); // 12 hours after signing in, and idle for 11
  },
);

testOnEach(
  "a forged Stay signed in is refused, and one that comes too late accuses nobody",
  async (connection) => {
    const { db, address, visitor, user, csrf } = await setting(connection);
    const forged = [
      await sendForm(visitor, "/session", { csrf }, {
        headers: { Origin: "https://evil.test" },
      }),
      await sendForm(visitor, "/session", {}),
    ];
    assert.deepEqual(forged.map((it) => it.status), [403, 403]);
    await letSessionsEnd(db, user.id);
    const late = await sendForm(visitor, "/session", { csrf });
    assert.equal(late.status, 401);
    const events = (await refusalsTo(db, address)).map((it) => it.event);
    assert.deepEqual(events, ["malicious_csrf", "malicious_csrf"]);
  },
);

testOnEach(
  "after an own new password, the rest of the page still stays signed in and signs out",
  async (connection) => {
    const { db, address, visitor, user, csrf } = await setting(connection);
    const changed = await visitor.post("/account/password", {
      currentPassword: user.password,
      newPassword: "a ferry over 3 rivers",
    }, { htmx: true });
    assert.equal(changed.status, 200);
    assert.equal((await sendForm(visitor, "/session", { csrf })).status, 200);
    const out = await sendForm(visitor, "/sign-out", { csrf });
    assert.equal(out.headers.get("location"), "/sign-in?done=signed-out");
    assert.deepEqual(await sessionsOf(db, user.id), []);
    const again = await sendForm(visitor, "/sign-out", { csrf }, {
      headers: SAME_ORIGIN,
    });
    assert.equal(again.headers.get("location"), "/sign-in?done=signed-out");
    assert.deepEqual(await refusalsTo(db, address), []);
  },
);

testOnEach(
  "a session of a minute is prolonged by what its user does",
  async (connection) => {
    const { db } = connection;
    const running = program(connection, { SESSION_IDLE_MINUTES: "1" });
    const visitor = browser(running);
    const user = await person(db);
    await visitor.signIn(user);
    await db.update(sessions).set({
      lastSeenAt: sql`now() - interval '40 seconds'`,
    }).where(eq(sessions.userId, user.id));
    await visitor.get("/help");
    const { idleSeconds } = await (await visitor.get("/session")).json();
    assert.ok(idleSeconds > 30, `${idleSeconds}`);
  },
);
