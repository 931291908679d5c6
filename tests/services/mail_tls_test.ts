import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { generate } from "selfsigned";
import type { SMTPServerOptions } from "smtp-server";
import { type Database, rows } from "../../db/client.ts";
import { insertMail } from "../../db/mails.ts";
import { SettingError } from "../../services/config.ts";
import { program } from "../support/app.ts";
import { leaveOut } from "../support/browser.ts";
import { testEmbedded } from "../support/database.ts";
import { mailOffice, mailServer, slowMailServer } from "../support/mail.ts";
import { person } from "../support/people.ts";
import { postfixPath, startPostfix } from "../support/postfix.ts";

const HOST = "127.0.0.2"; // this machine too, but not by a name for which no TLS is needed
const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => {
  Deno.removeSync(folder, { recursive: true });
});

interface Certificate {
  key: string;
  cert: string;
  /** Where `cert` stands. */
  file: string;
}

/** A certificate for a name or address; of its own, or of an authority. */
async function certificate(
  name: string,
  { authority, isAuthority = false, days = 30 }: {
    authority?: Certificate;
    isAuthority?: boolean;
    days?: number;
  } = {},
): Promise<Certificate> {
  const { private: key, cert } = await generate([
    { name: "commonName", value: name },
  ], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() - 60 * 86_400_000),
    notAfterDate: new Date(Date.now() + days * 86_400_000),
    extensions: [
      { name: "basicConstraints", cA: isAuthority, critical: true },
      {
        name: "subjectAltName",
        altNames: [
          /^[\d.]+$/.test(name)
            ? { type: 7, ip: name }
            : { type: 2, value: name },
        ],
      },
    ],
    ...(authority && { ca: authority }),
  });
  const file = `${folder}/${crypto.randomUUID()}.pem`;
  await Deno.writeTextFile(file, cert);
  return { key, cert, file };
}

const authority = await certificate("Authority", { isAuthority: true });
const stranger = await certificate("Stranger", { isAuthority: true });
const own = await certificate("mail.example.org"); // as Debian's: for the host's name alone
const ownAuthority = await certificate("relay", { isAuthority: true }); // as `openssl req -x509` makes them
const expired = await certificate(HOST, { days: -1 });
const issued = await certificate(HOST, { authority });
const issuedElsewhere = await certificate("other.example.org", { authority });

async function queue(db: Database) {
  await db.execute(sql`delete from mails`);
  const { id: userId } = await person(db);
  await insertMail(db, {
    kind: "password_changed",
    userId,
    facts: { by: "user", address: "192.0.2.1", at: "2026-11-24T10:00:00Z" },
  });
}

async function deliver(db: Database, environment: Record<string, string>) {
  const office = mailOffice(program({ db }, environment));
  await office.deliver();
  office.transport.close();
  const [attempt] = await rows<{ told: string }>(
    db,
    sql`select outcome || ' ' || answer as told from mail_attempts
      where mail_id in (select id from mails)`,
  );
  return attempt!.told;
}

/** What becomes of a mail, and whether it went by TLS. */
async function sent(
  db: Database,
  environment: Record<string, string>,
  options: SMTPServerOptions,
  host = HOST,
) {
  await queue(db);
  const secure: boolean[] = [];
  const server = await mailServer({
    disabledCommands: ["AUTH"],
    onMailFrom: (_address, session, callback) => {
      secure.push(session.secure);
      callback();
    },
    ...options,
  }, host);
  const told = await deliver(db, { SMTP_URL: server.url, ...environment });
  await server.close();
  assert.equal(server.received.length, secure.length);
  return [told, ...secure];
}

const KEPT = "sent 250 2.0.0 kept";

for (
  const [what, shown, environment, expected] of [
    ["one of its own, unknown here", own, {}, /self-signed certificate/],
    ["one of its own, in the file", own, { SMTP_CA: own.file }, true],
    [
      "one of its own that may vouch for others, in the file",
      ownAuthority,
      { SMTP_CA: ownAuthority.file },
      true,
    ],
    ["one of its own, with another in the file", own, {
      SMTP_CA: stranger.file,
    }, /self-signed certificate/],
    [
      "one of an authority in the file",
      issued,
      { SMTP_CA: authority.file },
      true,
    ],
    [
      "one of another authority",
      issued,
      { SMTP_CA: stranger.file },
      /certificate/,
    ],
    ["one of the authority, for another name", issuedElsewhere, {
      SMTP_CA: authority.file,
    }, /altnames/],
    [
      "one of its own in the file, but over",
      expired,
      { SMTP_CA: expired.file },
      /certificate/,
    ],
    [
      "any, where TLS is optional",
      own,
      { SMTP_TLS: "optional" },
      true,
    ],
    [
      "one that is over, where TLS is optional",
      expired,
      { SMTP_TLS: "optional" },
      true,
    ],
  ] as const
) {
  testEmbedded(
    `mail to a server that shows a certificate: ${what} (ASVS 12.3.2)`,
    async ({ db }) => {
      for (const secure of [false, true]) { // STARTTLS, and TLS from the first byte
        const [told, ...byTls] = await sent(db, { ...environment }, {
          key: shown.key,
          cert: shown.cert,
          secure,
        });
        if (expected === true) assert.deepEqual([told, ...byTls], [KEPT, true]);
        else {
          assert.match(`${told}`, expected);
          assert.match(`${told}`, /^deferred/);
          assert.deepEqual(byTls, []);
        }
      }
    },
  );
}

testEmbedded(
  "where TLS is optional, none passes too, and so does one that breaks",
  async ({ db }) => {
    const environment = { SMTP_TLS: "optional" };
    const none = { disabledCommands: ["STARTTLS" as const, "AUTH" as const] };
    assert.deepEqual(await sent(db, environment, none), [KEPT, false]);

    for (const SMTP_TLS of ["optional", "required"]) {
      await queue(db);
      const server = slowMailServer((_to, say) => say("250 kept"), {
        host: HOST,
        brokenTls: true,
      });
      const told = await deliver(db, { SMTP_URL: server.url, SMTP_TLS });
      await server.close();
      assert.match(told, SMTP_TLS === "optional" ? /^sent/ : /^deferred/);
      assert.equal(server.taken.length, SMTP_TLS === "optional" ? 1 : 0);
    }
  },
);

testEmbedded(
  "within this machine TLS is used where SMTP_CA asks for it",
  async ({ db }) => {
    const options = { key: own.key, cert: own.cert };
    const localhost = "127.0.0.1";
    assert.deepEqual(await sent(db, {}, options, localhost), [KEPT, false]);
    const environment = { SMTP_CA: own.file };
    assert.deepEqual(
      await sent(db, environment, options, localhost),
      [KEPT, true],
    );
  },
);

testEmbedded("a file without certificates stops the start", ({ db }) => {
  const empty = `${folder}/empty.pem`;
  Deno.writeTextFileSync(empty, "-----BEGIN CERTIFICATE-----\n");
  for (const SMTP_CA of [`${folder}/missing.pem`, empty]) {
    assert.throws(
      () =>
        mailOffice(
          program({ db }, { SMTP_URL: "smtp://mail.example.org", SMTP_CA }),
        ),
      (error) =>
        error instanceof SettingError && error.message.includes(SMTP_CA),
    );
  }
  assert.throws(
    () => program({ db }, { SMTP_CA: own.file, SMTP_TLS: "optional" }),
    /SMTP_CA: needs SMTP_TLS=required/,
  );
  return Promise.resolve();
});

if (!postfixPath) {
  leaveOut("TLS with Postfix: it is not on this machine");
}

testEmbedded(
  "Debian's Postfix with a certificate of its own takes mail, once SMTP_CA has it",
  async ({ db }) => {
    if (!postfixPath) return;
    const postfix = await startPostfix({ tls: own });
    try {
      await queue(db);
      const SMTP_URL = postfix.url.replace("127.0.0.1", "localhost");
      const told = await deliver(db, { SMTP_URL, SMTP_CA: own.file });
      assert.match(told, /^sent 250 2\.0\.0 Ok: queued as/);
    } finally {
      await postfix.remove();
    }
  },
);
