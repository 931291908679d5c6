import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import type { Connection } from "../../db/client.ts";
import type { Actor, ServiceContext } from "../../services/context.ts";
import { changePermissions } from "../../services/permissions.ts";
import { setPassword } from "../../services/passwords.ts";
import { resumeSession } from "../../services/sessions.ts";
import { signIn } from "../../services/sign_in.ts";
import { setUserDisabled } from "../../services/users.ts";
import { countAttempt } from "../../db/rate_limits.ts";
import { hasHolder } from "../../db/permissions.ts";
import { program } from "../support/app.ts";
import { testOnPostgres } from "../support/database.ts";
import { type Person, person } from "../support/people.ts";
import { passwordOf, sessionsOf } from "../support/rows.ts";

const ROUNDS = 50;

function contextOf(connection: Connection): ServiceContext {
  return {
    ...program(connection).services,
    requestId: "race",
    address: "192.0.2.7",
    userAgent: "test",
  };
}

async function actorOf(context: ServiceContext, who: Person): Promise<Actor> {
  const signedIn = await signIn(context, {
    identifier: who.username,
    password: who.password,
    device: "a browser",
  });
  assert.ok(signedIn.ok);
  return (await resumeSession(context, signedIn.value.token))!;
}

async function set(
  context: ServiceContext,
  actor: Actor,
  subject: Person,
  password: string,
) {
  const before = await passwordOf(context.db, subject.id);
  return await setPassword(context, {
    actor,
    subjectId: subject.id,
    input: {
      password,
      proof: "",
      temporary: true,
      reason: "no_mailbox",
      reasonText: "",
      formId: crypto.randomUUID(),
      seenSetAt: before!.setAt.getTime(),
    },
  });
}

testOnPostgres(
  "no session of an old password outlives its change, however a sign-in falls (ASVS 7.4.3, 15.4.2)",
  async (connection) => {
    const context = contextOf(connection);
    const staff = await actorOf(
      context,
      await person(connection.db, { permissions: ["user_management"] }),
    );
    for (let round = 0; round < ROUNDS; round++) {
      const user = await person(connection.db);
      const attempt = () =>
        signIn(context, {
          identifier: user.username,
          password: user.password,
          device: "a browser",
        });
      const [done] = await Promise.all([
        set(context, staff, user, `seven geese cross bridge ${round}`),
        attempt(),
        attempt(),
        attempt(),
      ]);
      assert.ok(done.ok);
      assert.deepEqual(
        await sessionsOf(connection.db, user.id),
        [],
        `round ${round}`,
      );
    }
  },
);

testOnPostgres(
  "two who set the same password at once: one is told that it has changed meanwhile",
  async (connection) => {
    const context = contextOf(connection);
    const staff = [
      await actorOf(
        context,
        await person(connection.db, { permissions: ["user_management"] }),
      ),
      await actorOf(
        context,
        await person(connection.db, { permissions: ["user_management"] }),
      ),
    ];
    for (let round = 0; round < 20; round++) {
      const user = await person(connection.db);
      const done = await Promise.all(
        staff.map((it, i) =>
          set(context, it, user, `number ${i} geese cross the bridge`)
        ),
      );
      assert.equal(done.filter((it) => it.ok).length, 1);
      assert.deepEqual(
        done.flatMap((it) => it.ok ? [] : it.failure.reason),
        ["changed_meanwhile"],
      );
    }
  },
);

testOnPostgres(
  "a hundred who set each other's passwords at once do not deadlock (ASVS 15.4.3)",
  async (connection) => {
    const context = contextOf(connection);
    const people = await Promise.all(
      Array.from(
        { length: 10 },
        () => person(connection.db, { permissions: ["user_management"] }),
      ),
    );
    const actors = await Promise.all(people.map((it) => actorOf(context, it)));
    const outcomes = await Promise.all(
      actors.flatMap((actor, i) =>
        people.map((subject, j) =>
          set(context, actor, subject, `the ${i} geese of bridge ${j}`)
        )
      ),
    );
    const reasons = new Set(
      outcomes.map((it) => it.ok ? "ok" : it.failure.reason),
    );
    for (const reason of reasons) {
      assert.ok(
        ["ok", "oneself", "changed_meanwhile", "missing_permission"].includes(
          reason,
        ),
        reason,
      );
    }
  },
);

testOnPostgres(
  "two administrators who take each other's permission, or disable each other: one stays (ASVS 2.3.4)",
  async (connection) => {
    const { db } = connection;
    const context = contextOf(connection);
    for (let round = 0; round < 20; round++) {
      await db.execute(
        sql`delete from permissions where permission = 'administration'`,
      );
      const people = [
        await person(db, {
          permissions: ["administration", "user_management"],
        }),
        await person(db, {
          permissions: ["administration", "user_management"],
        }),
      ] as const;
      const [a, b] = [
        await actorOf(context, people[0]),
        await actorOf(context, people[1]),
      ];
      await Promise.all([
        changePermissions(context, {
          actor: a,
          subjectId: b.userId,
          wanted: [],
          seen: ["administration", "user_management"],
        }),
        round % 2 === 0
          ? changePermissions(context, {
            actor: b,
            subjectId: a.userId,
            wanted: [],
            seen: ["administration", "user_management"],
          })
          : setUserDisabled(context, {
            actor: b,
            userId: a.userId,
            disabled: true,
          }),
      ]);
      const [{ left }] = await db.execute(sql`
      select count(*)::int as left from permissions join users on id = user_id
      where permission = 'administration' and disabled_at is null`) as unknown as [
        { left: number },
      ];
      assert.equal(left, 1, `round ${round}`);
    }
    assert.ok(await hasHolder(db, "administration"));
  },
);

testOnPostgres(
  "parallel attempts are counted one by one (ASVS 15.4.1)",
  async ({ db }) => {
    const counted = await Promise.all(
      Array.from({ length: 100 }, () =>
        countAttempt(db, {
          limits: [{ key: "parallel", limit: 40 }, { key: "next", limit: 25 }],
          windowSeconds: 60,
        })),
    );
    assert.equal(counted.filter((it) => it === undefined).length, 25);
    assert.equal(counted.filter((it) => it?.key === "next").length, 15);
    assert.equal(counted.filter((it) => it?.key === "parallel").length, 60);
  },
);

testOnPostgres(
  "one account that signs in from one place many times at once does not deadlock with itself",
  async (connection) => {
    const context = contextOf(connection);
    const user = await person(connection.db);
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        signIn(context, {
          identifier: user.username,
          password: i % 4 === 0 ? "wrong" : user.password,
          device: "a browser",
        })),
    );
    const reasons = outcomes.map((it) => it.ok ? "ok" : it.failure.reason);
    assert.ok(reasons.includes("ok"));
    assert.deepEqual(
      [...new Set(reasons)].filter((it) =>
        !["ok", "wrong_credentials", "throttled"].includes(it)
      ),
      [],
    );
  },
);

testOnPostgres(
  "a permission that is taken while a change is under way stops it",
  async (connection) => {
    const { db } = connection;
    const context = contextOf(connection);
    const admin = await actorOf(
      context,
      await person(db, { permissions: ["administration"] }),
    );
    const clerk = await person(db, { permissions: ["user_management"] });
    const actor = await actorOf(context, clerk);
    const user = await person(db);
    const before = await passwordOf(db, user.id);
    await changePermissions(context, {
      actor: admin,
      subjectId: clerk.id,
      wanted: [],
      seen: ["user_management"],
    });
    const done = await set(
      context,
      actor,
      user,
      "seven geese cross the bridge",
    ); // `actor` still says that it may
    assert.deepEqual(done, {
      ok: false,
      failure: { reason: "missing_permission", permission: "user_management" },
    });
    assert.deepEqual(await passwordOf(db, user.id), before);
  },
);
