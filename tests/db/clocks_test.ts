import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import {
  findApiToken,
  insertApiToken,
  listApiTokens,
} from "../../db/api_tokens.ts";
import { type Database, rows } from "../../db/client.ts";
import { pendingEmail, replaceEmailChange } from "../../db/email_changes.ts";
import { claimIdempotencyKey } from "../../db/idempotent_answers.ts";
import { endBrokenUploads, renewUpload } from "../../db/job_chunks.ts";
import { findJob, insertJob, leaseJob } from "../../db/jobs.ts";
import { findLinkOwner, insertMailLink } from "../../db/mail_links.ts";
import { insertMail, leaseMails } from "../../db/mails.ts";
import { consumeChallenge, insertChallenge } from "../../db/passkeys.ts";
import { findPassword } from "../../db/passwords.ts";
import { countAttempt, countInWindow } from "../../db/rate_limits.ts";
import { users } from "../../db/schema.ts";
import {
  deleteOverSessions,
  findOwnSession,
  findPendingSession,
  findSession,
  insertSession,
  listSessions,
} from "../../db/sessions.ts";
import { isSetupLinkOpen, replaceSetupLink } from "../../db/setup_links.ts";
import { countSignIn } from "../../db/sign_ins.ts";
import {
  consumeTotpStep,
  findTotp,
  replaceUnconfirmedTotp,
} from "../../db/totps.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";

const CLOCKS = { idleMinutes: 30, absoluteHours: 12 };
const HASH = "a hash";

/** What a clock that is set back leaves behind: rows whose times are still to come. */
const FAR = "interval '3 years'";
const SOON = "interval '90 seconds'";
/** What another transaction, or another machine after a failover, may leave: that is no fault. */
const SKEWED = "interval '20 seconds'";

async function sets(db: Database, statement: string) {
  await db.execute(sql.raw(statement));
}

/** A row is taken as it was made and a little ahead, and is not once it lies in the future. */
async function endsAhead(
  db: Database,
  { table, columns, where, taken }: {
    table: string;
    columns: string[];
    where: string;
    taken: () => Promise<unknown>;
  },
) {
  assert.ok(await taken(), `${table}: as it was made`);
  for (const column of columns) {
    for (const [ahead, expected] of [[SKEWED, 1], [SOON, 0], [FAR, 0]]) {
      await sets(
        db,
        `update ${table} set ${column} = now() + ${ahead} where ${where}`,
      );
      assert.equal(
        Boolean(await taken()),
        expected === 1,
        `${table}.${column} ahead by ${ahead}`,
      );
    }
    await sets(db, `update ${table} set ${column} = now() where ${where}`);
  }
}

async function session(db: Database, { pending = false } = {}) {
  const { id: userId } = await person(db);
  const id = uuidv7();
  await insertSession(db, {
    id,
    userId,
    secretHash: HASH,
    address: "192.0.2.7",
    userAgent: "",
    pending,
  });
  return { id, userId, where: `id = '${id}'`, table: "sessions" };
}

testOnEach("a session from the future opens nothing", async ({ db }) => {
  const { id, userId, ...row } = await session(db);
  await endsAhead(db, {
    ...row,
    columns: ["created_at", "last_seen_at"],
    taken: () => findSession(db, { id, secretHash: HASH, ...CLOCKS }),
  });
  await endsAhead(db, {
    ...row,
    columns: ["created_at", "last_seen_at"],
    taken: async () => (await listSessions(db, userId, CLOCKS)).length,
  });
  await endsAhead(db, {
    ...row,
    columns: ["checked_at"],
    taken: async () =>
      (await findOwnSession(db, { userId, sessionId: id, minutes: 10 }))
        ?.checked,
  });
});

testOnEach(
  "a clock that is set back revives no session that was swept, and what lies ahead is swept too",
  async ({ db }) => {
    const over = await session(db);
    const ahead = await session(db);
    const open = await session(db);
    await sets(
      db,
      `update sessions set last_seen_at = now() - interval '31 minutes' where ${over.where}`,
    );
    await sets(
      db,
      `update sessions set created_at = now() + ${FAR} where ${ahead.where}`,
    );
    await deleteOverSessions(db, CLOCKS);
    const left = await rows<{ id: string }>(
      db,
      sql`select id from sessions where id in (${over.id}, ${ahead.id}, ${open.id})`,
    );
    assert.deepEqual(left.map((it) => it.id), [open.id]);
  },
);

testOnEach("a first step from the future is over", async ({ db }) => {
  const { id, ...row } = await session(db, { pending: true });
  await endsAhead(db, {
    ...row,
    columns: ["created_at"],
    taken: () => findPendingSession(db, id),
  });
});

testOnEach("a link from the future opens nothing", async ({ db }) => {
  const { id: userId } = await person(db);
  const mailId = await insertMail(db, {
    kind: "password_reset",
    userId,
    facts: {},
  });
  const key = {
    id: uuidv7(),
    secretHash: HASH,
    purpose: "password_reset" as const,
  };
  await insertMailLink(db, { ...key, userId, mailId, minutes: 10 });
  await endsAhead(db, {
    table: "mail_links",
    columns: ["created_at"],
    where: `id = '${key.id}'`,
    taken: () => findLinkOwner(db, key),
  });
});

testOnEach("a setup link never lasts longer than it may", async ({ db }) => {
  const link = { id: uuidv7(), secretHash: HASH };
  await replaceSetupLink(db, link);
  assert.ok(await isSetupLinkOpen(db, link));
  await sets(db, `update setup_links set expires_at = now() + ${FAR}`);
  assert.equal(await isSetupLinkOpen(db, link), false);
});

testOnEach("a challenge from the future takes no answer", async ({ db }) => {
  for (
    const [ahead, taken] of [[SKEWED, true], [SOON, false], [FAR, false]] as [
      string,
      boolean,
    ][]
  ) {
    const challenge = {
      challengeHash: uuidv7(),
      purpose: "sign_in" as const,
      userId: null,
    };
    await insertChallenge(db, challenge);
    await sets(
      db,
      `update passkey_challenges set created_at = now() + ${ahead} where challenge_hash = '${challenge.challengeHash}'`,
    );
    assert.equal(await consumeChallenge(db, challenge), taken, ahead);
  }
});

testOnEach("an API token from the future is over", async ({ db }) => {
  const { id: ownerId } = await person(db);
  const id = uuidv7();
  await insertApiToken(db, {
    id,
    ownerId,
    name: "clock",
    scopes: ["users:read"],
    secretHash: HASH,
    expiresAt: new Date(Date.now() + 90 * 24 * 3600 * 1000),
  });
  const row = { table: "api_tokens", where: `id = '${id}'` };
  await endsAhead(db, {
    ...row,
    columns: ["created_at"],
    taken: async () => !(await findApiToken(db, id))!.over,
  });
  await endsAhead(db, {
    ...row,
    columns: ["created_at"],
    taken: async () => (await listApiTokens(db, { ownerId, limit: 5 })).length,
  });
  await sets(
    db,
    `update api_tokens set expires_at = now() + ${FAR} where ${row.where}`,
  );
  assert.ok((await findApiToken(db, id))!.over, "beyond the longest time");
});

testOnEach(
  "a temporary password from the future no longer signs in",
  async ({ db }) => {
    const { id, username } = await person(db, { temporary: true });
    const row = {
      table: "passwords",
      columns: ["set_at"],
      where: `user_id = '${id}'`,
    };
    await endsAhead(db, {
      ...row,
      taken: async () => !(await findPassword(db, id))!.expired,
    });
    const limits = ["a", "b", "c"].map((it) => ({
      key: `clock:${it}:${id}`,
      limit: 100,
    }));
    await endsAhead(db, {
      ...row,
      taken: async () =>
        (await countSignIn(db, {
          identifier: username,
          stranger: "nobody",
          deviceHash: "",
          limits,
          limitsOfKnown: limits,
          windowSeconds: 60,
        })).found!.usable,
    });
  },
);

testOnEach("a limit from the future locks nobody out", async ({ db }) => {
  const key = `clock:${uuidv7()}`;
  const given = { key, windowSeconds: 60 };
  const ahead = () =>
    sets(
      db,
      `update rate_limits set attempts = 50, window_start = now() + ${FAR} where key = '${key}'`,
    );
  const attempt = () =>
    countAttempt(db, { limits: [{ key, limit: 5 }], windowSeconds: 60 });
  assert.equal(await attempt(), undefined);
  await ahead();
  assert.equal(await attempt(), undefined);
  for (let i = 0; i < 4; i++) await attempt();
  assert.equal((await attempt())?.attempts, 6, "and it counts on from now");
  await ahead();
  const window = await countInWindow(db, given);
  assert.equal(window.attempts, 1);
  assert.ok(window.resetSeconds <= 60);
});

testOnEach(
  "a code used under a clock that ran ahead locks no app out; one of this hour stays used",
  async ({ db }) => {
    const { id: userId } = await person(db);
    const step = Math.floor(Date.now() / 30_000);
    await replaceUnconfirmedTotp(db, { userId, sealedSecret: "sealed" });
    const consume = (step: number, confirmed = true) =>
      consumeTotpStep(db, { userId, step, confirmed });
    assert.ok(await consume(step, false));
    const last = (step: number) =>
      sets(
        db,
        `update totps set last_step = ${step} where user_id = '${userId}'`,
      );
    await last(step + 20);
    assert.equal(await consume(step), false, "ten minutes ahead");
    await last(step + 3 * 365 * 24 * 120);
    assert.ok(await consume(step), "years ahead");
    assert.equal((await findTotp(db, userId))!.lastStep, step);
    assert.equal(await consume(step), false, "and used once");
  },
);

testOnEach("a lease from the future holds no job", async ({ db }) => {
  const { id: actorId } = await person(db);
  await insertJob(db, {
    kind: "require_new_password",
    state: "queued",
    actorId,
    tokenId: null,
    input: {},
  });
  const lease = () => leaseJob(db, { leaseSeconds: 60 });
  const first = await lease();
  assert.ok(first);
  assert.equal(await lease(), null);
  await sets(
    db,
    `update jobs set leased_until = now() + ${FAR} where id = '${first.id}'`,
  );
  assert.equal((await lease())?.id, first.id);
});

testOnEach("an upload from the future has broken off", async ({ db }) => {
  const { id: actorId } = await person(db);
  const given = { kind: "import" as const, actorId, tokenId: null, input: {} };
  const [going, ahead] = [
    await insertJob(db, { ...given, state: "receiving" }),
    await insertJob(db, { ...given, state: "receiving" }),
  ];
  await renewUpload(db, going);
  await sets(
    db,
    `update jobs set leased_until = now() + ${FAR} where id = '${ahead}'`,
  );
  await endBrokenUploads(db);
  assert.equal((await findJob(db, going))!.state, "receiving");
  assert.equal((await findJob(db, ahead))!.state, "failed");
});

testOnEach("a mail from the future is sent now", async ({ db }) => {
  const { id: userId } = await person(db);
  const id = await insertMail(db, { kind: "new_device", userId, facts: {} });
  await sets(
    db,
    `update mails set due_at = now() + ${FAR} where id = '${id}'`,
  );
  const due = await leaseMails(db, { limit: 100, leaseSeconds: 60 });
  assert.ok(due.some((it) => it.id === id));
  const again = await leaseMails(db, { limit: 100, leaseSeconds: 60 });
  assert.equal(again.some((it) => it.id === id), false);
});

testOnEach(
  "a pending address and a used key from the future count for nothing",
  async ({ db }) => {
    const { id: userId } = await person(db);
    await replaceEmailChange(db, { userId, email: "new@example.org" });
    await endsAhead(db, {
      table: "email_changes",
      columns: ["created_at"],
      where: `user_id = '${userId}'`,
      taken: async () =>
        (await db.select({ pendingEmail }).from(users).where(
          sql`id = ${userId}`,
        ))[0]!.pendingEmail,
    });
    const key = { ownerId: userId, key: "clock", requestHash: HASH };
    assert.ok(await claimIdempotencyKey(db, key));
    assert.equal(await claimIdempotencyKey(db, key), false);
    await sets(
      db,
      `update idempotent_answers set created_at = now() + ${FAR} where key = 'clock'`,
    );
    assert.ok(await claimIdempotencyKey(db, key));
  },
);
