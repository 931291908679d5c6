import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { browser, ORIGIN, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { linkIn, mailOffice, mailServer } from "../support/mail.ts";
import { person } from "../support/people.ts";
import type { Database } from "../../db/client.ts";

const NEW_PASSWORD = "nineteen herons on a wire";

/** A program with a mail server of its own; nobody else's mail is due. */
async function site(db: Database, environment: Record<string, string> = {}) {
  await db.execute(sql`delete from mails`);
  await db.execute(sql`delete from rate_limits`);
  const server = await mailServer();
  const running = program({ db }, { SMTP_URL: server.url, ...environment });
  const office = mailOffice(running);
  return {
    running,
    server,
    office,
    close: async () => {
      office.transport.close();
      await server.close();
    },
  };
}

async function askFor(visitor: ReturnType<typeof browser>, identifier: string) {
  return await visitor.post("/password-resets/new", { identifier });
}

testOnEach(
  "a forgotten password: asked for, read in the mail, set, signed in with",
  async ({ db }) => {
    const { running, server, office, close } = await site(db);
    const user = await person(db);
    const visitor = browser(running);
    const asked = await askFor(visitor, user.username);
    assert.match(await asked.text(), /Look into your mailbox/);
    await office.deliver();

    const [mail] = server.received;
    assert.deepEqual(mail?.to, [user.email]);
    assert.equal(mail.subject, "Reset your password");
    assert.match(mail.text, /Hello Person Number/);
    assert.ok(mail.html.includes(`href="${ORIGIN}${linkIn(mail)}"`));
    assert.doesNotMatch(mail.html, /<img|<script|http(?!:\/\/localhost:8000)/);
    assert.equal(mail.headers["auto-submitted"], "auto-generated");

    const opened = await visitor.get(linkIn(mail));
    assert.equal(opened.status, 303);
    assert.equal(opened.headers.get("location"), "/password-reset");
    const page = await (await visitor.get("/password-reset")).text();
    assert.match(page, new RegExp(`value="${user.username}"`));
    const set = await visitor.post("/password-reset", {
      newPassword: NEW_PASSWORD,
    });
    assert.equal(set.headers.get("location"), "/sign-in?done=reset");

    const again = browser(running);
    const signedIn = await again.signIn({ ...user, password: NEW_PASSWORD });
    assert.equal(signedIn.status, 303);
    assert.equal((await browser(running).signIn(user)).status, 422);
    await close();
  },
);

testOnEach(
  "a reset signs nobody in (OWASP Forgot Password: CS-FORGOT-5, ASVS 6.3.6, 7.6.2)",
  async ({ db }) => {
    const { running, server, office, close } = await site(db);
    const user = await person(db);
    const visitor = browser(running);
    await askFor(visitor, user.username);
    await office.deliver();
    await visitor.get(linkIn(server.received[0]!));
    await visitor.post("/password-reset", { newPassword: NEW_PASSWORD });
    assert.ok(!visitor.cookies.has("passdesk-session"));
    const home = await visitor.get("/");
    assert.equal(home.headers.get("location"), "/sign-in");
    await close();
  },
);

testOnEach(
  "opening the link uses nothing up and changes nothing, however often and by whatever method (ASVS 3.5.3)",
  async ({ db }) => {
    const { running, server, office, close } = await site(db);
    const user = await person(db);
    await askFor(browser(running), user.username);
    await office.deliver();
    const link = linkIn(server.received[0]!);
    const links = () =>
      db.execute(sql`select md5(string_agg(l::text, ',')) from mail_links l`);
    const before = JSON.stringify(await links());
    for (const method of ["GET", "HEAD", "GET"]) {
      const scanner = browser(running, { address: "203.0.113.9" });
      await scanner.send(method, link);
      await scanner.send(method, "/password-reset");
    }
    assert.equal(JSON.stringify(await links()), before);
    const visitor = browser(running);
    await visitor.get(link);
    const set = await visitor.post("/password-reset", {
      newPassword: NEW_PASSWORD,
    });
    assert.equal(set.status, 303);
    await close();
  },
);

testOnEach(
  "a link works once, and a newer one ends the older ones (CPH-2)",
  async ({ db }) => {
    const { running, server, office, close } = await site(db);
    const user = await person(db);
    await askFor(browser(running), user.username);
    await office.deliver();
    await askFor(browser(running), user.email!);
    await office.deliver();
    const [older, newer] = server.received.map(linkIn);
    const visitor = browser(running);
    await visitor.get(older!);
    const over = await visitor.get("/password-reset");
    assert.equal(over.status, 403);
    assert.match(await over.text(), /This link is over.*Send a new link/s);

    await visitor.get(newer!);
    const first = await visitor.post("/password-reset", {
      newPassword: NEW_PASSWORD,
    });
    assert.equal(first.status, 303);
    const other = browser(running);
    await other.get(newer!);
    const second = await other.post("/password-reset", {
      newPassword: "another bird sits here",
    }, { from: "/sign-in" });
    assert.equal(second.status, 403);
    await close();
  },
);

testOnEach(
  "a link ends RESET_LINK_MINUTES after its mail went out, on POST too (ASVS 6.5.5)",
  async ({ db }) => {
    const { running, server, office, close } = await site(db, {
      RESET_LINK_MINUTES: "7",
    });
    const user = await person(db);
    const visitor = browser(running);
    await askFor(visitor, user.username);
    await db.execute(
      sql`update mails set created_at = created_at - interval '1 hour'`, // it lay in the outbox
    );
    await office.deliver();
    await visitor.get(linkIn(server.received[0]!));
    const late = (seconds: number) =>
      db.execute(
        sql`update mail_links set expires_at = now() + make_interval(secs => ${seconds})`,
      );
    const lifetime = await db.execute(
      sql`select round(extract(epoch from expires_at - now())) as seconds from mail_links where consumed_at is null`,
    );
    assert.match(JSON.stringify(lifetime), /"(41\d|420)"/);
    await late(-1);
    const refused = await visitor.post(
      "/password-reset",
      { newPassword: NEW_PASSWORD },
      { from: "/sign-in" },
    );
    assert.equal(refused.status, 403);
    await late(60);
    const accepted = await visitor.post("/password-reset", {
      newPassword: NEW_PASSWORD,
    });
    assert.equal(accepted.status, 303);
    await close();
  },
);

testOnEach(
  "the answer is the same for who exists, who doesn't, who is disabled and who has no email (ASVS 6.3.8)",
  async ({ db }) => {
    const { running, server, office, close } = await site(db);
    const known = await person(db);
    const disabled = await person(db, { disabled: true });
    const without = await person(db, { email: null });
    const answers: string[] = [];
    for (
      const who of [
        known.username,
        "nobody.at.all",
        disabled.username,
        without.username,
      ]
    ) {
      const answer = await askFor(browser(running), who);
      assert.equal(answer.status, 200);
      answers.push(
        (await answer.text()).replace(/nonce="[^"]*"|value="[^"]*"/g, ""),
      );
    }
    assert.equal(new Set(answers).size, 1);
    while (await office.deliver() > 0);
    assert.deepEqual(server.received.map((it) => it.to), [[known.email]]);
    await close();
  },
);

testOnEach(
  "an account gets RESET_REQUESTS mails in a window, by whatever name; the answer doesn't show it (CS-FORGOT-7)",
  async ({ db }) => {
    const { running, server, office, close } = await site(db, {
      RESET_REQUESTS: "2",
    });
    const user = await person(db);
    for (
      const who of [user.username, user.email!, user.username.toUpperCase()]
    ) {
      const answer = await askFor(browser(running), who);
      assert.equal(answer.status, 200);
    }
    while (await office.deliver() > 0);
    assert.equal(server.received.length, 2);
    await close();
  },
);

testOnEach(
  "an address that asks for too many is told so, and signing in still works (ASVS 2.4.1)",
  async ({ db }) => {
    const { running, close } = await site(db, {
      RESET_REQUESTS_PER_ADDRESS: "2",
    });
    const visitor = browser(running);
    await askFor(visitor, "a");
    await askFor(visitor, "b");
    const third = await askFor(visitor, "c");
    assert.equal(third.status, 429);
    assert.ok(Number(third.headers.get("retry-after")) > 0);
    assert.match(await third.text(), /Too many attempts.*value="c"/s);
    const user = await person(db);
    assert.equal((await browser(running).signIn(user)).status, 303);
    await close();
  },
);

testOnEach(
  "a reset ends sessions, lockout and other links, and is in the audit log; the user gets a notice (ASVS 7.4.3, 6.3.7)",
  async ({ db }) => {
    const { running, server, office, close } = await site(db, {
      SIGN_IN_ATTEMPTS: "1",
      SIGN_IN_ATTEMPTS_PER_ACCOUNT: "2",
    });
    const user = await person(db);
    const signedIn = browser(running);
    await signedIn.signIn(user);
    const guesser = browser(running, { address: "198.51.100.3" });
    for (let n = 0; n < 4; n++) {
      await guesser.signIn({ ...user, password: "not this one" });
    }
    const visitor = browser(running, { address: "198.51.100.3" });
    await askFor(visitor, user.username);
    await office.deliver();
    await visitor.get(linkIn(server.received[0]!));
    await visitor.post("/password-reset", { newPassword: NEW_PASSWORD });

    const away = await signedIn.get("/");
    assert.equal(away.headers.get("location"), "/sign-in?done=ended");
    const back = await visitor.signIn({ ...user, password: NEW_PASSWORD });
    assert.equal(back.status, 303);
    await office.deliver();
    const notice = server.received.find((it) =>
      it.subject === "Your password was changed"
    )!;
    assert.match(
      notice.text,
      /by a link sent to this address.*198\.51\.100\.3/s,
    );
    assert.ok(!notice.raw.includes(NEW_PASSWORD));
    const events = await db.execute(
      sql`select event from audit_events where subject_id = ${user.id} and event like 'authn_%reset%' order by id`,
    );
    assert.match(
      JSON.stringify(events),
      /authn_reset_requested.*authn_password_reset/,
    );
    await close();
  },
);

testOnEach(
  "a password set meanwhile, by staff or by the user, ends the links under way",
  async ({ db }) => {
    const { running, server, office, close } = await site(db);
    const user = await person(db);
    const visitor = browser(running);
    await askFor(visitor, user.username);
    await office.deliver();
    await visitor.get(linkIn(server.received[0]!));
    const signedIn = browser(running);
    await signedIn.signIn(user);
    await signedIn.post("/account/password", {
      currentPassword: user.password,
      newPassword: "a lantern in the harbour",
    });
    const late = await visitor.post(
      "/password-reset",
      { newPassword: NEW_PASSWORD },
      { from: "/sign-in" },
    );
    assert.equal(late.status, 403);
    await close();
  },
);

testOnEach(
  "links begin with PUBLIC_URL, whatever Host or forwarding headers ask for (CS-FORGOT-2)",
  async ({ db }) => {
    const { running, server, office, close } = await site(db);
    const user = await person(db);
    await browser(running).post("/password-resets/new", {
      identifier: user.username,
    }, {
      headers: { "X-Forwarded-Host": "evil.test", Forwarded: "host=evil.test" },
    });
    await office.deliver();
    assert.ok(server.received[0]!.text.includes(`${ORIGIN}/password-resets/`));
    assert.ok(!server.received[0]!.raw.includes("evil.test"));
    await close();
  },
);

testOnEach(
  "the database holds no usable token, and the log no address with one (CS-FORGOT-4, ASVS 16.2.5)",
  async ({ db }) => {
    const { running, server, office, close } = await site(db);
    const user = await person(db);
    const visitor = browser(running);
    await askFor(visitor, user.username);
    await office.deliver();
    const link = linkIn(server.received[0]!);
    const secret = link.split(".").at(-1)!;
    await visitor.get(link);
    for (
      const table of ["mails", "mail_attempts", "mail_links", "audit_events"]
    ) {
      const dump = await db.execute(
        sql`select coalesce(string_agg(t::text, ' '), '') as dump from ${
          sql.raw(table)
        } t`,
      );
      assert.ok(!JSON.stringify(dump).includes(secret), table);
    }
    assert.ok(!JSON.stringify(running.log).includes(secret));
    await close();
  },
);
