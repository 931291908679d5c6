import assert from "node:assert/strict";
import { eq, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { users } from "../../db/schema.ts";
import { updateStoredUsers } from "../../services/stored_users.ts";
import { browser, type LogLine, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { mailOffice, mailServer } from "../support/mail.ts";
import { person } from "../support/people.ts";
import { filtered, provisioning } from "../support/scim.ts";
import { names, search } from "../support/search.ts";
import { userDoors } from "../support/user_doors.ts";

const SPELLINGS = [
  "bücher.example",
  "xn--bcher-kva.example",
  "BU\u0308CHER.example",
];

/** A line to a server of this machine. `close` gives what was sent over it. */
function tapped(port: number) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const decoder = new TextDecoder();
  let sent = "";
  void (async () => {
    for await (const client of listener) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port });
      const record = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          sent += decoder.decode(chunk, { stream: true });
          controller.enqueue(chunk);
        },
      });
      client.readable.pipeThrough(record).pipeTo(server.writable)
        .catch(() => {});
      server.readable.pipeTo(client.writable).catch(() => {});
    }
  })();
  return {
    url: `smtp://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    close() {
      listener.close();
      return sent;
    },
  };
}

testOnEach(
  "every door takes a domain of other letters in any spelling, and keeps it in one (ASVS 2.2.1)",
  async (connection) => {
    const { db } = connection;
    let number = 0;
    for (const { door, create } of await userDoors(connection)) {
      number += 1;
      const local = `idn.${number}`;
      const domain = SPELLINGS[number % 3]!;
      const made = await create({
        username: local,
        name: `Ida ${door}`,
        email: `${local}@${domain}`,
      });
      assert.ok(typeof made !== "string", `${door}: ${made}`);
      assert.equal(made.email, `${local}@bücher.example`, door);
      for (const domain of SPELLINGS) {
        const twice = await create({
          username: `${local}.twice`,
          name: "Twice",
          email: `${local.toUpperCase()}@${domain}`,
        });
        assert.ok(typeof twice === "string", `${door}: ${domain}`);
        assert.match(twice, /taken|already/, `${door}: ${domain}`);
        assert.deepEqual(await names(db, `${local}@${domain}`), [made.name]);
      }
      const outside = await create({
        username: `${local}.eai`,
        name: "Jörg",
        email: `jörg${number}@example.org`,
      });
      assert.ok(typeof outside === "string", door);
      assert.match(outside, /in front of the @|is no email/, door);
    }
    const { hits } = await search(db, { query: "xn--bcher-kva" });
    assert.ok(hits.length >= number);
    const marked = hits[0]!.email.filter((it) => it.match);
    assert.deepEqual(marked.map((it) => it.text), ["bücher"]);
  },
);

testOnEach(
  "whoever has such an address signs in and is found by SCIM with each spelling",
  async (connection) => {
    const { db } = connection;
    const running = program(connection);
    const local = `ida-${uuidv7().slice(-6)}`;
    const ida = await person(db, { email: `${local}@bücher.example` });
    const { send } = await provisioning(db);
    for (const domain of SPELLINGS) {
      const identifier = `${local}@${domain}`;
      const visitor = browser(running);
      const signedIn = await visitor.post("/sign-in", {
        identifier,
        password: ida.password,
      });
      assert.equal(signedIn.status, 303, identifier);
      const { json } = await send(
        "GET",
        filtered(`emails.value eq "${identifier}"`),
      );
      assert.equal(json.totalResults, 1, identifier);
    }
  },
);

testOnEach(
  "a link that is asked for with either spelling is mailed to the labels that DNS knows",
  async ({ db }) => {
    await db.execute(sql`delete from mails`); // of the tests before
    const server = await mailServer({ hideSMTPUTF8: true });
    const line = tapped(server.port); // the server itself reads labels as the program does
    const running = program({ db }, { SMTP_URL: line.url });
    const local = `lin-${uuidv7().slice(-6)}`;
    await person(db, { email: `${local}@bücher.example` });
    const office = mailOffice(running);
    for (const domain of SPELLINGS.slice(0, 2)) {
      await browser(running).post("/password-resets/new", {
        identifier: `${local}@${domain}`,
      });
      await office.deliver();
    }
    office.transport.close();
    await server.close();
    const sent = line.close().split("\r\n");
    const address = `${local}@xn--bcher-kva.example`;
    const count = (text: string) => sent.filter((it) => it === text).length;
    assert.equal(server.received.length, 2);
    assert.equal(count(`RCPT TO:<${address}>`), 2);
    assert.equal(count(`To: ${address}`), 2);
  },
);

testOnEach(
  "addresses that were stored as A-labels get the one form, once, and nobody takes another's",
  async ({ db }) => {
    const lines: Partial<LogLine>[] = [];
    const services = {
      db,
      log: (level: string, event: string) => lines.push({ level, event }),
    };
    const old = async (email: string) => {
      const { id } = await person(db);
      await db.update(users).set({ email, emailKey: email.toLowerCase() })
        .where(eq(users.id, id));
      return id;
    };
    const tag = uuidv7().slice(-8);
    const plain = await old(`a${tag}@xn--bcher-kva.example`);
    const taken = await old(`b${tag}@xn--bcher-kva.example`);
    const broken = await old(`c${tag}@xn--a.example`);
    await person(db, { email: `b${tag}@bücher.example` });
    const emailOf = async (id: string) =>
      (await db.select().from(users).where(eq(users.id, id)))[0]!.email;
    for (let times = 0; times < 2; times++) {
      await updateStoredUsers(services);
      assert.equal(await emailOf(plain), `a${tag}@bücher.example`);
      assert.equal(await emailOf(taken), `b${tag}@xn--bcher-kva.example`);
      assert.equal(await emailOf(broken), `c${tag}@xn--a.example`);
    }
    assert.deepEqual(lines.map((it) => it.event), [
      "email_kept_as_it_was",
      "email_kept_as_it_was",
    ]);
    assert.equal((await search(db, { query: `a${tag}` })).hits.length, 1);
  },
);
