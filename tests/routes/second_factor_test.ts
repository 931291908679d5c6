import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { rows } from "../../db/client.ts";
import { type Browser, browser, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { type Person, person } from "../support/people.ts";
import { codeOf, enrolTotp } from "../support/totp.ts";

type Connection = Parameters<Parameters<typeof testOnEach>[1]>[0];

/** Somebody with an authenticator app, and a browser that has nothing yet. */
async function enrolled(
  { db }: Connection,
  environment: Record<string, string> = {},
  given: Parameters<typeof person>[1] = {},
) {
  const running = program({ db }, environment);
  const user = await person(db, given);
  const own = browser(running);
  await own.signIn(user);
  return { running, user, own, ...await enrolTotp(own) };
}

async function secondStep(visitor: Browser, code: string) {
  return await visitor.post("/sign-in/second-factor", { code });
}

const isIn = async (visitor: Browser) =>
  (await visitor.get("/account/password")).status === 200;

testOnEach(
  "an app is added, and signing in asks for its code",
  async (connection) => {
    const { running, user, secret, recoveryCodes } = await enrolled(connection);
    assert.equal(recoveryCodes.length, 10);
    const visitor = browser(running);
    const first = await visitor.post("/sign-in", {
      identifier: user.username,
      password: user.password,
      next: "/help",
    });
    assert.equal(
      first.headers.get("location"),
      "/sign-in/second-factor?next=%2Fhelp",
    );
    assert.ok(!visitor.cookies.has("passdesk-session"));
    assert.equal(await isIn(visitor), false);
    const page = await (await visitor.get("/sign-in/second-factor?next=/help"))
      .text();
    assert.match(page, /autocomplete="one-time-code"/);
    const second = await visitor.post("/sign-in/second-factor", {
      code: codeOf(secret),
      next: "/help",
    });
    assert.equal(second.headers.get("location"), "/help");
    assert.equal(await isIn(visitor), true);
  },
);

testOnEach(
  "the first step's token opens nothing by itself (ASVS 6.3.4)",
  async (connection) => {
    const { running, user } = await enrolled(connection);
    const visitor = browser(running);
    await visitor.signIn(user);
    visitor.cookies.set(
      "passdesk-session",
      visitor.cookies.get("passdesk-step")!,
    );
    assert.equal(await isIn(visitor), false);
  },
);

testOnEach(
  "a code works once, also that of the step before (ASVS 6.5.1)",
  async (connection) => {
    const { running, user, secret } = await enrolled(connection);
    const code = codeOf(secret);
    const first = browser(running);
    await first.signIn(user);
    await secondStep(first, code);
    assert.equal(await isIn(first), true);
    for (const used of [code, codeOf(secret, 0)]) {
      const again = browser(running);
      await again.signIn(user);
      assert.equal((await secondStep(again, used)).status, 422);
      assert.equal(await isIn(again), false);
    }
  },
);

testOnEach(
  "codes of two steps away, of somebody else, or of no app at all are wrong",
  async (connection) => {
    const { running, user, secret } = await enrolled(connection);
    const other = await enrolled(connection);
    const visitor = browser(running);
    await visitor.signIn(user);
    for (
      const code of [
        codeOf(secret, 3),
        codeOf(other.secret),
        "",
        "12345",
        "ABCDE-FGHJK",
      ]
    ) {
      const answer = await secondStep(visitor, code);
      assert.equal(answer.status, 422, code);
    }
    assert.equal(await isIn(visitor), false);
  },
);

testOnEach(
  "a recovery code signs in once, typed in any way, and the rest are counted",
  async (connection) => {
    const { running, user, recoveryCodes } = await enrolled(connection);
    const [code] = recoveryCodes;
    const visitor = browser(running);
    await visitor.signIn(user);
    await secondStep(visitor, code!.toLowerCase().replace("-", " "));
    assert.match(
      await (await visitor.get("/account/password")).text(),
      /9\s+left/,
    );
    const again = browser(running);
    await again.signIn(user);
    assert.equal((await secondStep(again, code!)).status, 422);
    const notices = await rows<{ facts: { what: string } }>(
      connection.db,
      sql`select facts from mails where user_id = ${user.id} and kind = 'second_factor_changed' order by id`,
    );
    assert.deepEqual(notices.map((it) => it.facts.what), [
      "totp_added",
      "recovery_code_used",
    ]);
  },
);

testOnEach(
  "a success takes back what both steps have counted, whatever name was typed",
  async (connection) => {
    const { running, user, recoveryCodes } = await enrolled(connection, {
      SIGN_IN_ATTEMPTS: "2",
    });
    for (const [n, code] of recoveryCodes.slice(0, 6).entries()) {
      const visitor = browser(running, { address: "198.51.100.3" });
      const username = n % 2 ? user.email! : user.username;
      await visitor.signIn({ ...user, username });
      assert.equal((await secondStep(visitor, code)).status, 303);
    }
  },
);

testOnEach("new recovery codes end the old ones", async (connection) => {
  const { running, user, own, recoveryCodes } = await enrolled(connection);
  const renewed = await own.post("/account/recovery-codes", {}, {
    from: "/account/password",
  });
  const html = await renewed.text();
  const [fresh] = html.match(/[A-Z2-9]{5}-[A-Z2-9]{5}/)!;
  const visitor = browser(running);
  await visitor.signIn(user);
  assert.equal((await secondStep(visitor, recoveryCodes[0]!)).status, 422);
  await secondStep(visitor, fresh);
  assert.equal(await isIn(visitor), true);
});

testOnEach(
  "five wrong codes are the end of it for a while, from anywhere and after new first steps (ASVS 6.6.3)",
  async (connection) => {
    const { running, user, secret } = await enrolled(connection);
    for (let n = 0; n < 5; n++) {
      const visitor = browser(running, { address: `198.51.100.${n + 1}` });
      await visitor.signIn(user);
      assert.equal((await secondStep(visitor, "000000")).status, 422);
    }
    const visitor = browser(running, { address: "198.51.100.77" });
    await visitor.signIn(user);
    const refused = await secondStep(visitor, codeOf(secret));
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
    assert.equal(await isIn(visitor), false);
  },
);

testOnEach(
  "a parked second step dies when the password is set again meanwhile",
  async (connection) => {
    const { running, user, own, secret } = await enrolled(connection);
    const parked = browser(running);
    await parked.signIn(user);
    const changed = await own.post("/account/password", {
      currentPassword: user.password,
      newPassword: "eleven swans on the lake",
    });
    assert.equal(changed.status, 200);
    const late = await parked.post("/sign-in/second-factor", {
      code: codeOf(secret),
    }, { from: "/sign-in" });
    assert.equal(late.status, 403);
    assert.match(await late.text(), /Sign in again/);
    assert.equal(await isIn(parked), false);
  },
);

testOnEach("a second step that waits too long is over", async (connection) => {
  const { running, user, secret } = await enrolled(connection);
  const visitor = browser(running);
  await visitor.signIn(user);
  await connection.db.execute(
    sql`update sessions set created_at = created_at - interval '11 minutes' where pending`,
  );
  const late = await visitor.post("/sign-in/second-factor", {
    code: codeOf(secret),
  }, { from: "/sign-in" });
  assert.equal(late.status, 403);
});

testOnEach(
  "adding an app ends the other sessions and keeps this one (ASVS 7.4.3)",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db);
    const [here, there] = [browser(running), browser(running)];
    await here.signIn(user);
    await there.signIn(user);
    await enrolTotp(here);
    assert.equal(await isIn(here), true);
    assert.equal(await isIn(there), false);
  },
);

testOnEach(
  "a secret counts for nothing before its first code, and a newer one ends it (CPH-5)",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db);
    const own = browser(running);
    await own.signIn(user);
    const keyOn = async () =>
      (await (await own.get("/account/totp")).text())
        .match(/<code class="key">([A-Z2-7 ]+)</)![1]!.replaceAll(" ", "");
    await own.post("/account/totp", {}, { from: "/account/password" });
    const older = await keyOn();
    await own.post("/account/totp", {}, { from: "/account/password" });
    const newer = await keyOn();
    assert.notEqual(older, newer);
    const wrong = await own.post("/account/totp/confirmation", {
      code: codeOf(older, 0),
    }, { from: "/account/totp" });
    assert.equal(wrong.status, 422);
    const plain = browser(running);
    assert.equal(
      (await plain.signIn(user)).headers.get("location"),
      "/",
      "signing in asks for no code yet",
    );
  },
);

testOnEach(
  "changing how one signs in asks for the password again after ten minutes (ASVS 7.5.1)",
  async (connection) => {
    const { db } = connection;
    const { own, user } = await enrolled(connection);
    await db.execute(
      sql`update sessions set checked_at = now() - interval '11 minutes' where user_id = ${user.id}`,
    );
    for (
      const [path, from] of [
        ["/account/totp", "/account/password"],
        ["/account/totp/removal", "/account/totp/removal"],
        ["/account/recovery-codes", "/account/password"],
      ] as const
    ) {
      const refused = await own.post(path, {}, { from });
      const to = refused.headers.get("location") ?? "";
      assert.ok(
        to.startsWith("/account/check?") ||
          path === "/account/totp" && to === "/account/password",
        `${path}: ${to}`,
      );
    }
    const before = own.cookies.get("passdesk-session");
    const wrong = await own.post("/account/check", {
      password: "not this one",
      next: "/account/totp/removal",
    });
    assert.equal(wrong.status, 422);
    const right = await own.post("/account/check", {
      password: user.password,
      next: "/account/totp/removal",
    });
    assert.equal(right.headers.get("location"), "/account/totp/removal");
    assert.notEqual(own.cookies.get("passdesk-session"), before);
    const removed = await own.post("/account/totp/removal", {});
    assert.equal(removed.headers.get("location"), "/account/password");
    assert.match(
      await (await own.get("/account/password")).text(),
      /Add an authenticator app/,
    );
  },
);

testOnEach(
  "a reset by link does not skip the second factor (ASVS 6.4.3)",
  async (connection) => {
    const { running, user, secret } = await enrolled(connection);
    const { requestPasswordReset } = await import(
      "../../services/password_resets.ts"
    );
    const { mailOffice, mailServer, linkIn } = await import(
      "../support/mail.ts"
    );
    await connection.db.execute(sql`delete from mails`);
    const server = await mailServer();
    const sending = program(connection, { SMTP_URL: server.url });
    const office = mailOffice(sending);
    await requestPasswordReset(
      {
        ...sending.services,
        requestId: "r",
        address: "192.0.2.9",
        userAgent: "",
      },
      { identifier: user.username },
    );
    await office.deliver();
    const visitor = browser(running);
    await visitor.get(linkIn(server.received[0]!));
    await visitor.post("/password-reset", {
      newPassword: "four owls by the gate",
    });
    const again: Person = { ...user, password: "four owls by the gate" };
    const first = await visitor.signIn(again);
    assert.match(first.headers.get("location")!, /^\/sign-in\/second-factor/);
    assert.equal(await isIn(visitor), false);
    await secondStep(visitor, codeOf(secret));
    assert.equal(await isIn(visitor), true);
    office.transport.close();
    await server.close();
  },
);

testOnEach(
  "secrets and codes lie sealed or hashed in the database, and nowhere in the log (ASVS 11.3.2, 6.5.2)",
  async (connection) => {
    const { running, user, secret, recoveryCodes } = await enrolled(connection);
    const visitor = browser(running);
    await visitor.signIn(user);
    await secondStep(visitor, recoveryCodes[0]!);
    const told = [
      secret,
      ...recoveryCodes,
      ...recoveryCodes.map((it) => it.replace("-", "")),
    ];
    for (
      const table of [
        "totps",
        "recovery_codes",
        "audit_events",
        "mails",
        "sessions",
      ]
    ) {
      const dump = JSON.stringify(
        await connection.db.execute(
          sql`select coalesce(string_agg(t::text, ' '), '') as dump from ${
            sql.raw(table)
          } t`,
        ),
      );
      for (const it of told) assert.ok(!dump.includes(it), table);
    }
    const log = JSON.stringify(running.log);
    for (const it of told) assert.ok(!log.includes(it));
  },
);

testOnEach(
  "a secret that can't be opened any more refuses the sign-in and says so in the log (ASVS 11.2.5)",
  async (connection) => {
    const { running, user, secret } = await enrolled(connection);
    await connection.db.execute(
      sql`update totps set sealed_secret = left(sealed_secret, -2) || 'AA' where user_id = ${user.id}`,
    );
    const visitor = browser(running);
    await visitor.signIn(user);
    assert.equal((await secondStep(visitor, codeOf(secret))).status, 422);
    assert.ok(running.log.some((it) => it.event === "secret_unreadable"));
  },
);

testOnEach(
  "staff remove a second factor with a reason: sessions end, the log and the user are told (ASVS 6.4.4)",
  async (connection) => {
    const { db } = connection;
    const { running, user, own } = await enrolled(connection);
    const desk = browser(running);
    await desk.signIn(await person(db, { permissions: ["user_management"] }));
    const path = `/users/${user.id}/second-factor`;
    const details = await (await desk.get(`/users/${user.id}`)).text();
    assert.match(details, new RegExp(`yes.*href="${path}"`, "s"));
    const without = await desk.post(path, { reason: "  " });
    assert.equal(without.status, 422);
    assert.equal(await isIn(own), true);
    const done = await desk.post(path, {
      reason: "called back on the number of the contract",
    });
    assert.equal(
      done.headers.get("location"),
      `/users/${user.id}?done=second-factor-removed`,
    );
    assert.equal(await isIn(own), false);
    const visitor = browser(running);
    await visitor.signIn(user);
    assert.equal(await isIn(visitor), true);
    const [event] = await rows<{ detail: Record<string, unknown> }>(
      db,
      sql`select detail from audit_events where subject_id = ${user.id} and event = 'second_factor_removed'`,
    );
    assert.equal(
      event!.detail.reason,
      "called back on the number of the contract",
    );
    const [notice] = await rows<{ facts: { what: string } }>(
      db,
      sql`select facts from mails where user_id = ${user.id} and kind = 'second_factor_changed' order by id desc limit 1`,
    );
    assert.equal(notice!.facts.what, "removed_by_staff");
  },
);

testOnEach(
  "nobody removes the own second factor there, or that of somebody with more rights",
  async (connection) => {
    const { db } = connection;
    const { running, user } = await enrolled(connection, {}, {
      permissions: ["administration"],
    });
    const member = await person(db, { permissions: ["user_management"] });
    const desk = browser(running);
    await desk.signIn(member);
    for (const id of [user.id, member.id]) {
      const refused = await desk.post(`/users/${id}/second-factor`, {
        reason: "because",
      }, { from: "/help" });
      assert.equal(refused.status, 403);
    }
  },
);
