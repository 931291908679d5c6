import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { connectPostgres, type Database, rows } from "../../db/client.ts";
import { insertMail } from "../../db/mails.ts";
import { startMailWorker } from "../../services/mail_worker.ts";
import { program } from "../support/app.ts";
import {
  freshDatabaseUrl,
  POSTGRES_SETTINGS,
  testEmbedded,
  testOnEach,
  testOnPostgres,
} from "../support/database.ts";
import { mailOffice, slowMailServer } from "../support/mail.ts";
import { person } from "../support/people.ts";
import { startProgram } from "../support/process.ts";

async function queue(db: Database, recipients: string[]) {
  await db.execute(sql`delete from mails`);
  const { id: userId } = await person(db);
  for (const it of recipients) {
    await insertMail(db, {
      kind: "password_changed",
      userId,
      recipient: `${it}@example.org`,
      facts: { by: "user", address: "192.0.2.1", at: "2026-11-24T10:00:00Z" },
    });
  }
}

async function mailsOf(db: Database) {
  return await rows<{
    recipient: string;
    state: string;
    wait: number;
    answers: string[];
  }>(
    db,
    sql`select recipient, state, extract(epoch from due_at - now())::float as wait,
      (select coalesce(json_agg(outcome || ' ' || answer order by a.id), '[]')
        from mail_attempts a where mail_id = mails.id) as answers
    from mails order by id`,
  );
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const until = async <T>(look: () => Promise<T | undefined | false> | T) => {
  for (let tries = 0; tries < 400; tries++) {
    const seen = await look();
    if (seen) return seen;
    await sleep(50);
  }
  throw new Error("it never came");
};

/** An answer of which a line comes every tenth of a second, and never the last one. */
async function trickle(say: (line: string) => Promise<unknown>) {
  for (;;) {
    await say("250-still");
    await sleep(100);
  }
}

const numbered = (name: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${name}${at}`);

testEmbedded(
  "mails of which the server trickles its answer hold up no others, and are given up as the worker stops",
  async ({ db }) => {
    await queue(db, [...numbered("slow", 7), ...numbered("quick", 3)]);
    const server = slowMailServer((to, say) =>
      to.startsWith("slow") ? trickle(say) : say("250 kept")
    );
    const running = program({ db }, {
      SMTP_URL: server.url,
      SMTP_TIMEOUT_SECONDS: "1",
    });
    const stop = startMailWorker(running.services, mailOffice(running));
    const sent = async () =>
      (await mailsOf(db)).filter((it) => it.state === "sent");
    await until(async () => (await sent()).length === 3);
    await stop();
    await server.close();
    for (const { recipient, state, answers } of await mailsOf(db)) {
      if (recipient.startsWith("quick")) assert.equal(state, "sent");
      else {
        assert.equal(state, "queued");
        assert.match(
          answers.join(),
          /^deferred the program was stopped as it waited for the answer to the message$/,
        );
      }
    }
    assert.equal(server.taken.length, 10);
  },
);

testEmbedded(
  "a server that answers long after the message has come gets it once",
  async ({ db }) => {
    await queue(db, ["late"]);
    const server = slowMailServer(async (_to, say) => {
      await sleep(1_500);
      await say("250 kept at last");
    });
    const running = program({ db }, {
      SMTP_URL: server.url,
      SMTP_TIMEOUT_SECONDS: "1",
    });
    const office = mailOffice(running);
    await office.deliver();
    office.transport.close();
    await server.close();
    const [mail] = await mailsOf(db);
    assert.deepEqual(mail!.answers, ["sent 250 kept at last"]);
    assert.equal(server.taken.length, 1);
  },
);

testEmbedded(
  "an answer to the message that is never whole ends the try at its own limit",
  async ({ db }) => {
    await queue(db, ["never"]);
    const server = slowMailServer((_to, say) => trickle(say));
    const running = program({ db }, {
      SMTP_URL: server.url,
      SMTP_DATA_TIMEOUT_SECONDS: "1",
    });
    const office = mailOffice(running);
    await office.deliver();
    office.transport.close();
    await server.close();
    const [mail] = await mailsOf(db);
    assert.deepEqual(mail!.answers, [
      "deferred no whole answer in time to the message",
    ]);
  },
);

testOnEach(
  "a mail that was taken is not sent again where the database refuses the record for a while",
  async ({ db }) => {
    await queue(db, ["once"]);
    await db.execute(sql`
      create function refuse_records() returns trigger language plpgsql as
        $$ begin raise exception 'not now' using errcode = '57014'; end $$`);
    await db.execute(
      sql`create trigger refuse_records before insert on mail_attempts
      for each row execute function refuse_records()`,
    );
    const server = slowMailServer((_to, say) => say("250 kept"));
    const running = program({ db }, { SMTP_URL: server.url });
    const stop = startMailWorker(running.services, mailOffice(running));
    const failures = () =>
      running.log.filter((it) => it.event === "sent_mail_recorded_later")
        .length;
    await until(() => failures() >= 2);
    await db.execute(sql`update mails set due_at = now()`); // as if its lease had ended meanwhile
    await until(() => failures() >= 3);
    await db.execute(sql`drop function refuse_records cascade`);
    await until(async () => (await mailsOf(db))[0]!.state === "sent");
    await stop();
    await server.close();
    assert.equal(server.taken.length, 1);
    assert.deepEqual((await mailsOf(db))[0]!.answers, ["sent 250 kept"]);
  },
);

testOnPostgres(
  "what becomes of a reset link's older ones is written down with the mail, and can't make it come twice",
  async ({ db }) => {
    await db.execute(sql`delete from mails`);
    const { id: userId } = await person(db);
    await insertMail(db, {
      kind: "password_reset",
      userId,
      facts: { address: "192.0.2.1", at: "2026-11-24T10:00:00Z" },
    });
    await db.execute(sql`
      create function refuse_ends() returns trigger language plpgsql as
        $$ begin raise exception 'not now' using errcode = '57014'; end $$`);
    await db.execute(sql`create trigger refuse_ends before delete on mail_links
      for each statement execute function refuse_ends()`);
    const server = slowMailServer((_to, say) => say("250 kept"));
    const running = program({ db }, { SMTP_URL: server.url });
    const stop = startMailWorker(running.services, mailOffice(running));
    await until(() =>
      running.log.some((it) => it.event === "sent_mail_recorded_later")
    );
    assert.equal((await mailsOf(db))[0]!.state, "queued");
    await db.execute(sql`drop function refuse_ends cascade`);
    await until(async () => (await mailsOf(db))[0]!.state === "sent");
    await stop();
    await server.close();
    assert.equal(server.taken.length, 1);
  },
);

testOnPostgres(
  "a mail that is under way for long stays its worker's",
  async ({ db }) => {
    await queue(db, ["long"]);
    const answered = Promise.withResolvers<void>();
    const server = slowMailServer(async (_to, say) => {
      await answered.promise;
      await say("250 kept");
    });
    const running = program({ db }, { SMTP_URL: server.url });
    const stops = [1, 2].map(() =>
      startMailWorker(running.services, mailOffice(running))
    );
    await until(() => server.taken.length === 1);
    await db.execute(
      sql`update mails set due_at = now() + interval '7 seconds'`,
    );
    await until(async () => (await mailsOf(db))[0]!.wait > 20);
    answered.resolve();
    await until(async () => (await mailsOf(db))[0]!.state === "sent");
    await Promise.all(stops.map((stop) => stop()));
    await server.close();
    assert.equal(server.taken.length, 1);
  },
);

testOnPostgres(
  "SIGTERM during a slow mail ends the worker in order, and the mail waits for the next one",
  async () => {
    const DATABASE_URL = await freshDatabaseUrl();
    const { db, close } = await connectPostgres({
      url: DATABASE_URL,
      ...POSTGRES_SETTINGS,
    });
    await queue(db, ["slow"]);
    const server = slowMailServer((_to, say) => trickle(say));
    const worker = await startProgram("mail", {
      DATABASE_URL,
      SMTP_URL: server.url,
      SECRET_KEY: new Uint8Array(32).fill(7).toBase64(),
    });
    await until(() => server.taken.length === 1);
    assert.equal(await worker.end("SIGTERM"), 0, worker.output.stderr);
    await server.close();
    const [mail] = await mailsOf(db);
    assert.equal(mail!.state, "queued");
    assert.match(mail!.answers[0]!, /^deferred the program was stopped/);
    await close();
  },
);
