import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import type { SMTPServerOptions } from "smtp-server";
import type { Database } from "../../db/client.ts";
import { rows } from "../../db/client.ts";
import { insertMail } from "../../db/mails.ts";
import { startMailWorker } from "../../services/mail_worker.ts";
import { program } from "../support/app.ts";
import {
  testEmbedded,
  testOnEach,
  testOnPostgres,
} from "../support/database.ts";
import { brokenMailServer, mailOffice, mailServer } from "../support/mail.ts";
import { person } from "../support/people.ts";

/** One queued mail, and what becomes of it at a server that behaves so. */
async function queued(db: Database, { count = 1, email }: {
  count?: number;
  email?: string;
} = {}) {
  await db.execute(sql`delete from mails`);
  const user = await person(db, { ...(email && { email }) });
  for (let n = 0; n < count; n++) {
    await insertMail(db, {
      kind: "password_changed",
      userId: user.id,
      facts: { by: "user", address: "192.0.2.1", at: "2026-11-24T10:00:00Z" },
    });
  }
  return user;
}

async function states(db: Database) {
  return await rows<{
    state: string;
    attempts: number;
    wait: number;
    answers: string[];
  }>(
    db,
    sql`select state, attempts, round(extract(epoch from due_at - now()))::int as wait,
      (select coalesce(json_agg(outcome || ' ' || answer order by a.id), '[]')
        from mail_attempts a where mail_id = mails.id) as answers
    from mails order by id`,
  );
}

const dueNow = (db: Database) =>
  db.execute(sql`update mails set due_at = now() where state = 'queued'`);

async function tried(
  db: Database,
  options: SMTPServerOptions,
  environment: Record<string, string> = {},
) {
  await queued(db);
  const server = await mailServer(options);
  const running = program({ db }, { SMTP_URL: server.url, ...environment });
  const office = mailOffice(running);
  await office.deliver();
  office.transport.close();
  await server.close();
  return { mail: (await states(db))[0]!, running, server };
}

const answer = (responseCode: number, message: string) =>
  Object.assign(new Error(message), { responseCode });

testOnEach(
  "a mail that was taken is sent, with the server's answer kept",
  async ({ db }) => {
    const { mail } = await tried(db, {});
    assert.equal(mail.state, "sent");
    assert.deepEqual(mail.answers, ["sent 250 2.0.0 kept"]);
  },
);

testOnEach(
  "451 is tried again after half a minute, then ever later, and fails behind MAIL_ATTEMPTS",
  async ({ db }) => {
    await queued(db);
    const server = await mailServer({
      onRcptTo: (_address, _session, callback) =>
        callback(answer(451, "4.3.0 come back later")),
    });
    const running = program({ db }, {
      SMTP_URL: server.url,
      MAIL_ATTEMPTS: "3",
    });
    const office = mailOffice(running);
    const waits: number[] = [];
    for (let n = 0; n < 3; n++) {
      await office.deliver();
      waits.push((await states(db))[0]!.wait);
      assert.equal(await office.deliver(), 0, "not due yet");
      await dueNow(db);
    }
    const [mail] = await states(db);
    assert.ok(waits[0]! > 25 && waits[0]! <= 30, `${waits}`);
    assert.ok(waits[1]! > 55 && waits[1]! <= 60, `${waits}`);
    assert.equal(mail!.state, "failed");
    assert.equal(mail!.answers.length, 3);
    assert.match(mail!.answers[0]!, /^deferred 451 4\.3\.0 come back later/);
    assert.match(mail!.answers[2]!, /^failed 451/);
    assert.equal(
      running.log.filter((it) => it.event === "mail_failed").length,
      1,
    );
    office.transport.close();
    await server.close();
  },
);

testOnEach(
  "550 fails at once: nobody asks a server again that will never take it",
  async ({ db }) => {
    const { mail } = await tried(db, {
      onRcptTo: (_address, _session, callback) =>
        callback(answer(550, "5.1.1 no such mailbox")),
    });
    assert.equal(mail.state, "failed");
    assert.match(mail.answers[0]!, /^failed 550 5\.1\.1 no such mailbox/);
  },
);

for (
  const [what, until, then] of [
    ["drops the line in the middle of DATA", "\r\n.\r\n", "drop"],
    ["drops the line at once", "", "drop"],
    ["never greets", "", "hang"],
    ["falls silent behind DATA", "\r\n.\r\n", "hang"],
  ] as const
) {
  testEmbedded(
    `a server that ${what} is given up in time and tried again`,
    async ({ db }) => {
      await queued(db);
      const server = brokenMailServer({ until, then });
      const office = mailOffice(
        program({ db }, {
          SMTP_URL: server.url,
          SMTP_TIMEOUT_SECONDS: "1",
          SMTP_DATA_TIMEOUT_SECONDS: "1",
        }),
      );
      await office.deliver();
      office.transport.close();
      await server.close();
      const [mail] = await states(db);
      assert.equal(mail!.state, "queued");
      assert.match(mail!.answers[0]!, /^deferred \S/);
    },
  );
}

testOnEach(
  "a server that is away is tried again, and then gets the mail",
  async ({ db }) => {
    await queued(db);
    const first = await mailServer();
    await first.close(); // nobody listens there any more
    const away = program({ db }, { SMTP_URL: first.url });
    const office = mailOffice(away);
    await office.deliver();
    office.transport.close();
    const [deferred] = await states(db);
    assert.equal(deferred!.state, "queued");
    assert.match(deferred!.answers[0]!, /^deferred .*ECONNREFUSED/);

    await dueNow(db);
    const back = await mailServer();
    const again = mailOffice(program({ db }, { SMTP_URL: back.url }));
    await again.deliver();
    again.transport.close();
    await back.close();
    assert.equal((await states(db))[0]!.state, "sent");
    assert.equal(back.received.length, 1);
  },
);

for (
  const [what, options] of [
    ["offers no TLS", { disabledCommands: ["STARTTLS", "AUTH"] }],
    ["shows a certificate that nobody vouches for", {
      disabledCommands: ["AUTH"],
    }],
  ] as const
) {
  testEmbedded(
    `a server elsewhere that ${what} gets no mail (ASVS 12.3.1, 12.3.2)`,
    async ({ db }) => {
      await queued(db);
      const server = await mailServer(
        { ...options, disabledCommands: [...options.disabledCommands] },
        "127.0.0.2", // this machine too, but not by a name for which plain text is fine
      );
      const office = mailOffice(program({ db }, { SMTP_URL: server.url }));
      await office.deliver();
      office.transport.close();
      await server.close();
      const [mail] = await states(db);
      assert.equal(mail!.state, "queued");
      assert.match(
        mail!.answers[0]!,
        /^deferred .*(STARTTLS|502|certificate)/i,
      );
      assert.equal(server.received.length, 0);
    },
  );
}

testOnEach(
  "what is in a name stays in the name: no further recipient, no further header (ASVS 1.3.11)",
  async ({ db }) => {
    await db.execute(sql`delete from mails`);
    const user = await person(db, {
      name: "Eve\r\nBcc: victim@example.org\r\n\r\n<b>bold</b> {{7*7}}",
    });
    await insertMail(db, {
      kind: "password_changed",
      userId: user.id,
      facts: { by: "staff", address: "192.0.2.1", at: "2026-11-24T10:00:00Z" },
    });
    const server = await mailServer();
    const office = mailOffice(program({ db }, { SMTP_URL: server.url }));
    await office.deliver();
    office.transport.close();
    await server.close();
    const [mail] = server.received;
    assert.deepEqual(mail!.to, [user.email]);
    assert.equal(mail!.headers.bcc, undefined);
    assert.ok(mail!.html.includes("&lt;b&gt;bold&lt;/b&gt; {{7*7}}"));
  },
);

testOnEach(
  "without SMTP_URL a mail is a file that its owner alone may read",
  async ({ db }) => {
    const user = await queued(db);
    const DATA_DIR = await Deno.makeTempDir();
    const office = mailOffice(program({ db }, { DATA_DIR }));
    await office.deliver();
    const [path] = office.files;
    assert.match(path!, /\/mail\/[0-9a-f-]{36}\.eml$/);
    assert.match(
      await Deno.readTextFile(path!),
      new RegExp(`To: ${user.email}`),
    );
    assert.equal((await Deno.stat(path!)).mode! & 0o777, 0o600);
    assert.equal((await states(db))[0]!.state, "sent");
    await Deno.remove(DATA_DIR, { recursive: true });
  },
);

testOnEach(
  "in the user's language, where the attribute says one, else in MAIL_LANGUAGE",
  async ({ db }) => {
    const server = await mailServer();
    const office = mailOffice(
      program({ db }, { SMTP_URL: server.url, MAIL_LANGUAGE: "de" }),
    );
    const subjects: string[] = [];
    for (const attributes of [{}, { language: "en" }, { language: "xx" }]) {
      await db.execute(sql`delete from mails`);
      const user = await person(db, { attributes });
      await insertMail(db, {
        kind: "password_changed",
        userId: user.id,
        facts: { by: "user", address: "192.0.2.1", at: "2026-11-24T10:00:00Z" },
      });
      await office.deliver();
      subjects.push(server.received.at(-1)!.subject);
    }
    office.transport.close();
    await server.close();
    assert.deepEqual(subjects, [
      "Ihr Passwort wurde geändert",
      "Your password was changed",
      "Ihr Passwort wurde geändert",
    ]);
  },
);

testOnPostgres(
  "several workers share the outbox: every mail goes out once",
  async ({ db }) => {
    await queued(db, { count: 40 });
    const server = await mailServer();
    const running = program({ db }, { SMTP_URL: server.url });
    const stops = [1, 2, 3].map(() =>
      startMailWorker(running.services, mailOffice(running))
    );
    const deadline = Date.now() + 20_000;
    while (
      (await states(db)).some((it) => it.state === "queued") &&
      Date.now() < deadline
    ) await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all(stops.map((stop) => stop()));
    await server.close();
    assert.equal(server.received.length, 40);
    assert.ok((await states(db)).every((it) => it.state === "sent"));
  },
);

testOnPostgres(
  "a worker that dies with a mail in its hands leaves it to another",
  async ({ db }) => {
    await queued(db);
    const { leaseMails } = await import("../../db/mails.ts");
    const [taken] = await leaseMails(db, { limit: 5, leaseSeconds: 1 });
    assert.ok(taken);
    assert.deepEqual(await leaseMails(db, { limit: 5, leaseSeconds: 1 }), []);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const [again] = await leaseMails(db, { limit: 5, leaseSeconds: 1 });
    assert.equal(again!.id, taken.id);
    assert.equal(again!.attempts, 2);
  },
);
