import assert from "node:assert/strict";
import { eq, inArray, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import {
  apiTokens,
  idempotentAnswers,
  jobs,
} from "../../db/schema_programs.ts";
import {
  devices,
  keptForms,
  mails,
  passkeyChallenges,
  rateLimits,
  sessions,
} from "../../db/schema.ts";
import { keepHouse } from "../../services/program.ts";
import { program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";

const days = (count: number) => new Date(Date.now() - count * 86_400_000);

testOnEach(
  "housekeeping deletes what is past its time and nothing else (ASVS 14.2.7)",
  async ({ db }) => {
    const { services } = program({ db });
    const { id: userId } = await person(db);
    const tag = userId.slice(-8);

    /** One row past its time and one before it, in each table that forgets. */
    const expired: string[] = [];
    const fresh: string[] = [];
    for (const [list, age] of [[expired, 1.01], [fresh, 0.9]] as const) {
      const id = uuidv7();
      list.push(id);
      await db.insert(sessions).values({
        id,
        userId,
        secretHash: "x",
        address: "192.0.2.1",
        userAgent: "",
        createdAt: days(0.5 * age),
        lastSeenAt: new Date(Date.now() - 30 * 60_000 * age),
      });
      await db.insert(rateLimits).values({
        key: `retention:${tag}:${age}`,
        windowStart: days(2 * age),
      });
      await db.insert(mails).values({
        id,
        kind: "password_changed",
        userId,
        facts: {},
        state: "sent",
        createdAt: days(90 * age),
      });
      await db.insert(devices).values({
        userId,
        secretHash: `retention ${age}`,
        lastSeenAt: days(400 * age),
      });
      await db.insert(passkeyChallenges).values({
        challengeHash: `${tag} ${age}`,
        purpose: "sign_in",
        createdAt: new Date(Date.now() - 5 * 60_000 * age),
      });
      await db.insert(jobs).values({
        id,
        kind: "import",
        state: "done",
        input: {},
        endedAt: days(90 * age),
      });
      await db.insert(apiTokens).values({
        id,
        ownerId: userId,
        name: "old",
        scopes: ["users:read"],
        secretHash: "x",
        createdAt: days(500),
        expiresAt: days(400 * age),
        remindedAt: days(414),
      });
      await db.insert(idempotentAnswers).values({
        ownerId: userId,
        key: `retention ${age}`,
        requestHash: "x",
        createdAt: days(age),
      });
      await db.insert(keptForms).values({
        userId,
        browserHash: `retention ${age}`,
        path: "/users/new",
        fields: "x",
        keptAt: new Date(Date.now() - 30 * 60_000 * age),
      });
    }

    await keepHouse(services);

    const ids = [...expired, ...fresh];
    for (const table of [sessions, mails, jobs, apiTokens]) {
      const left = await db.select({ id: table.id }).from(table)
        .where(inArray(table.id, ids));
      assert.deepEqual(left.map((it) => it.id), fresh);
    }
    const count = sql<number>`count(*)::int`;
    const left = await Promise.all([
      db.select({ count }).from(rateLimits)
        .where(sql`key like ${`retention:${tag}:%`}`),
      db.select({ count }).from(devices).where(eq(devices.userId, userId)),
      db.select({ count }).from(passkeyChallenges)
        .where(sql`challenge_hash like ${`${tag} %`}`),
      db.select({ count }).from(idempotentAnswers)
        .where(eq(idempotentAnswers.ownerId, userId)),
      db.select({ count }).from(keptForms).where(eq(keptForms.userId, userId)),
    ]);
    assert.deepEqual(left.map(([row]) => row!.count), [1, 1, 1, 1, 1]);
  },
);
