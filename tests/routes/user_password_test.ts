import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import type { Connection } from "../../db/client.ts";
import type { Permission } from "../../services/context.ts";
import { type Browser, browser, hidden, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { eventsOf, passwordOf, sessionsOf } from "../support/rows.ts";

const NEW_PASSWORD = "seven geese cross the bridge";

async function desk(
  { db }: Connection,
  { settings = {}, subject = {}, permissions = ["user_management"] }: {
    settings?: Record<string, string>;
    subject?: Parameters<typeof person>[1];
    permissions?: Permission[];
  } = {},
) {
  const running = program({ db }, settings);
  const staff = await person(db, { permissions });
  const user = await person(db, subject);
  const visitor = browser(running);
  await visitor.signIn(staff);
  return {
    ...running,
    staff,
    user,
    visitor,
    path: `/users/${user.id}/password`,
  };
}

/** Fills the form at `path` in, as a person would, and saves. */
async function save(
  visitor: Browser,
  path: string,
  fields: Record<string, string> = {},
  options: { htmx?: boolean } = {},
) {
  const html = await (await visitor.get(path)).text();
  return await visitor.post(path, {
    formId: hidden(html, "formId"),
    seenSetAt: hidden(html, "seenSetAt"),
    newPassword: NEW_PASSWORD,
    temporary: "yes",
    reason: "no_mailbox",
    ...fields,
  }, options);
}

testOnEach(
  "staff set a password: sessions end, the user signs in with it, and it is audited (ASVS 7.4.3)",
  async (connection) => {
    const { db } = connection;
    const { visitor, path, user, staff, ...running } = await desk(connection);
    const users = [browser(running), browser(running)];
    for (const it of users) await it.signIn(user);

    const response = await save(visitor, path);

    assert.equal(response.status, 200);
    const html = await response.text();
    assert.match(html, /2 open sessions were ended/);
    assert.match(html, /secure channel/);
    assert.ok(!html.includes(NEW_PASSWORD));
    assert.equal((await sessionsOf(db, user.id)).length, 0);
    for (const it of users) {
      const next = await it.get("/account/password");
      assert.equal(next.headers.get("location")?.split("?")[0], "/sign-in");
    }
    const [event] = await eventsOf(db, user.id, "authn_password_set");
    assert.equal(event?.actorId, staff.id);
    assert.deepEqual(event?.detail, {
      reason: "no_mailbox",
      temporary: true,
      sessions: 2,
    });

    assert.equal((await browser(running).signIn(user)).status, 422);
    const again = await browser(running).signIn({
      ...user,
      password: NEW_PASSWORD,
    });
    assert.equal(again.headers.get("location"), "/account/password");
  },
);

testOnEach(
  "a password that the policy refuses is not stored, not echoed, and nothing else typed is lost",
  async (connection) => {
    const { db } = connection;
    const { visitor, path, user } = await desk(connection, {
      settings: { FORCE_TEMPORARY: "off" },
    });
    const before = await passwordOf(db, user.id);

    const response = await save(visitor, path, {
      newPassword: "password123",
      temporary: "",
      reason: "other",
      reasonText: "called from the hospital",
    }, { htmx: true });

    assert.equal(response.status, 422);
    const html = await response.text();
    assert.match(html, /^<section id="change-password"/); // a fragment
    assert.match(html, /id="newPassword-error"/);
    assert.ok(!html.includes("password123"));
    assert.match(html, /value="called from the hospital"/);
    assert.match(html, /value="other"[^>]*checked/);
    assert.doesNotMatch(html, /name="temporary"[^>]*checked/);
    assert.deepEqual(await passwordOf(db, user.id), before);
  },
);

testOnEach(
  "a reason is asked for, and *other* asks for a text",
  async (connection) => {
    const { db } = connection;
    const { visitor, path, user } = await desk(connection);
    const before = await passwordOf(db, user.id);
    for (
      const fields of [
        { reason: "" },
        { reason: "other", reasonText: "  " },
        { reason: "other", reasonText: "x".repeat(501) },
        { reason: "other", reasonText: "nul\0" },
      ]
    ) {
      const response = await save(visitor, path, fields);
      assert.equal(response.status, 422, JSON.stringify(fields));
      assert.match(await response.text(), /id="reason-error"/);
    }
    assert.deepEqual(await passwordOf(db, user.id), before);
  },
);

testOnEach(
  "the same form sent twice saves once and says the same twice",
  async (connection) => {
    const { db } = connection;
    const { visitor, path, user } = await desk(connection);
    const html = await (await visitor.get(path)).text();
    const fields = {
      formId: hidden(html, "formId"),
      seenSetAt: hidden(html, "seenSetAt"),
      newPassword: NEW_PASSWORD,
      reason: "no_mailbox",
    };
    const answers = await Promise.all([
      visitor.post(path, fields),
      visitor.post(path, fields),
    ]);
    for (const answer of answers) {
      assert.equal(answer.status, 200);
      assert.match(await answer.text(), /The new password is saved/);
    }
    assert.equal((await eventsOf(db, user.id, "authn_password_set")).length, 1);
  },
);

testOnEach(
  "a form that was open while somebody else set the password is refused (ASVS 2.3.4)",
  async (connection) => {
    const { db } = connection;
    const { visitor, path, user, ...running } = await desk(connection);
    const colleague = browser(running);
    await colleague.signIn(
      await person(db, { permissions: ["user_management"] }),
    );
    const stale = await (await visitor.get(path)).text();
    assert.equal((await save(colleague, path)).status, 200);

    const response = await visitor.post(path, {
      formId: hidden(stale, "formId"),
      seenSetAt: hidden(stale, "seenSetAt"),
      newPassword: "eleven swans under the bridge",
      reason: "no_mailbox",
    });
    assert.equal(response.status, 409);
    assert.match(await response.text(), /set by somebody else/);
    assert.equal((await eventsOf(db, user.id, "authn_password_set")).length, 1);
  },
);

testOnEach("nobody sets their own password here", async (connection) => {
  const { visitor, staff } = await desk(connection);
  const path = `/users/${staff.id}/password`;
  const page = await visitor.get(path);
  assert.equal(page.status, 403);
  assert.match(await page.text(), /your own account/);
  const post = await visitor.post(path, {
    formId: crypto.randomUUID(),
    seenSetAt: "",
    newPassword: NEW_PASSWORD,
    reason: "no_mailbox",
  }, { from: "/help" });
  assert.equal(post.status, 403);
});

testOnEach(
  "nobody sets the password of somebody who holds a permission that they lack; the refusal names it and is audited (ASVS 8.2.2)",
  async (connection) => {
    const { db } = connection;
    const { visitor, path, user, staff } = await desk(connection, {
      subject: { permissions: ["administration"] },
    });
    const before = await passwordOf(db, user.id);
    const response = await visitor.post(path, {
      formId: crypto.randomUUID(),
      seenSetAt: String(before!.setAt.getTime()),
      newPassword: NEW_PASSWORD,
      reason: "no_mailbox",
    }, { from: "/help" });
    assert.equal(response.status, 403);
    assert.match(await response.text(), /permission Administration/);
    assert.deepEqual(await passwordOf(db, user.id), before);
    const [event] = await eventsOf(db, user.id, "authz_fail");
    assert.equal(event?.actorId, staff.id);
  },
);

testOnEach(
  "the password of a disabled user is not set (ASVS 2.2.3)",
  async (connection) => {
    const { db } = connection;
    const { visitor, path, user } = await desk(connection, {
      subject: { disabled: true },
    });
    const before = await passwordOf(db, user.id);
    assert.equal((await save(visitor, path)).status, 409);
    assert.deepEqual(await passwordOf(db, user.id), before);
  },
);

testOnEach(
  "none of the last five passwords comes back, the sixth may",
  async (connection) => {
    const { visitor, path, user } = await desk(connection);
    const names = ["alder", "birch", "cedar", "elder", "hazel", "maple"];
    const passwords = names.map((it) => `under the old ${it} tree`);
    assert.equal(
      (await save(visitor, path, { newPassword: user.password })).status,
      422,
    );
    for (const newPassword of passwords) {
      assert.equal(
        (await save(visitor, path, { newPassword })).status,
        200,
        newPassword,
      );
    }
    for (const newPassword of passwords.slice(1)) {
      const response = await save(visitor, path, { newPassword });
      assert.equal(response.status, 422, newPassword);
      assert.match(await response.text(), /used before/);
    }
    assert.equal(
      (await save(visitor, path, { newPassword: passwords[0]! })).status,
      200,
    );
  },
);

testOnEach(
  "a temporary password that has expired no longer signs in (ASVS 6.4.1)",
  async (connection) => {
    const { db } = connection;
    const user = await person(db, {
      temporary: true,
      expiresAt: new Date(Date.now() - 1000),
    });
    const response = await browser(program(connection)).signIn(user);
    assert.equal(response.status, 422);
    const [event] = await eventsOf(db, user.id, "authn_login_fail");
    assert.deepEqual(event?.detail, { why: "temporary_password_expired" });
  },
);

testOnEach(
  "Generate suggests a readable password that the policy takes, and keeps what was typed",
  async (connection) => {
    const { visitor, path, user } = await desk(connection);
    const html = await (await visitor.get(path)).text();
    const fields = {
      formId: hidden(html, "formId"),
      seenSetAt: hidden(html, "seenSetAt"),
      newPassword: "typed before",
      reason: "other",
      reasonText: "on the telephone",
    };
    const suggested = await (await visitor.post(path, {
      ...fields,
      generate: "yes",
    })).text();
    const password = suggested.match(/id="newPassword"[^>]*value="([^"]+)"/)
      ?.[1];
    assert.match(password!, /^[a-z]+([- ][a-z]+){3,}$/);
    assert.match(suggested, /id="newPassword"[^>]*type="text"/);
    assert.match(suggested, /value="on the telephone"/);
    assert.ok(!suggested.includes("typed before"));
    assert.equal(hidden(suggested, "formId"), fields.formId);
    const unclear = await visitor.post(path, {
      ...fields,
      newPassword: password!,
      proof: hidden(suggested, "proof"),
      reason: "",
      reasonText: "",
    });
    assert.equal(unclear.status, 422);
    assert.ok((await unclear.text()).includes(password!), "it is still there");
    const saved = await visitor.post(path, {
      ...fields,
      newPassword: password!,
    });
    assert.equal(saved.status, 200);
    assert.ok(!(await saved.text()).includes(password!));
    assert.equal(
      (await browser(program(connection)).signIn({
        ...user,
        password: password!,
      })).status,
      303,
    );
  },
);

testOnEach(
  "where only generated passwords may be set, no other is taken (ASVS 6.4.6)",
  async (connection) => {
    const { visitor, path } = await desk(connection, {
      settings: { PASSWORD_MODES: "generated" },
    });
    const html = await (await visitor.get(path)).text();
    const password = html.match(/id="newPassword"[^>]*value="([^"]+)"/)![1]!;
    assert.match(html, /id="newPassword"[^>]*readonly/);
    const fields = {
      formId: hidden(html, "formId"),
      seenSetAt: hidden(html, "seenSetAt"),
      reason: "no_mailbox",
      proof: hidden(html, "proof"),
    };
    for (const newPassword of [NEW_PASSWORD, `${password}x`, ""]) {
      const response = await visitor.post(path, { ...fields, newPassword });
      assert.equal(response.status, 422);
    }
    const saved = await visitor.post(path, {
      ...fields,
      newPassword: password,
    });
    assert.equal(saved.status, 200);
  },
);

testOnEach(
  "the proof of a generated password can't be made from the session's cookie (ASVS 11.2.1)",
  async (connection) => {
    const { visitor, path, user } = await desk(connection, {
      settings: { PASSWORD_MODES: "generated" },
    });
    const html = await (await visitor.get(path)).text();
    const [id, secret] = visitor.cookies.get("passdesk-session")!.split(".");
    const digest = createHash("sha256").update(secret!).digest("base64url");
    const texts = [
      `suggestion\0${user.id}\0${NEW_PASSWORD}`,
      [id, user.id, NEW_PASSWORD].join("\0"),
    ];
    const [keyId] = hidden(html, "proof").split(".");
    for (const key of [secret!, digest, id!]) {
      for (const text of texts) {
        const forged = createHmac("sha256", key).update(text)
          .digest("base64url");
        for (const proof of [forged, `${keyId}.${forged}`]) {
          const refused = await visitor.post(path, {
            formId: hidden(html, "formId"),
            seenSetAt: hidden(html, "seenSetAt"),
            reason: "no_mailbox",
            newPassword: NEW_PASSWORD,
            proof,
          });
          assert.equal(refused.status, 422);
        }
      }
    }
  },
);

testOnEach(
  "the check while typing answers with the rules, and stores and logs nothing",
  async (connection) => {
    const { db } = connection;
    const { visitor, path, user, log } = await desk(connection);
    const before = await passwordOf(db, user.id);
    const html = await (await visitor.get(path)).text();
    const marker = "zanzibar-marker";
    const response = await visitor.post(`${path}/check`, {
      formId: hidden(html, "formId"),
      seenSetAt: "",
      newPassword: marker.slice(0, 9),
    }, { from: path, htmx: true });
    const check = await response.text();
    assert.match(check, /^<div id="newPassword-check"/);
    assert.match(check, /9 of at least 10 characters/);
    assert.ok(!check.includes(marker.slice(0, 9)));
    assert.deepEqual(await passwordOf(db, user.id), before);
    assert.ok(!JSON.stringify(log).includes("zanzibar"));
  },
);

testOnEach(
  "without scripts a link shows the field in clear text, masked otherwise (ASVS 6.2.6)",
  async (connection) => {
    const { visitor, path } = await desk(connection);
    const masked = await (await visitor.get(path)).text();
    assert.match(masked, /id="newPassword"[^>]*type="password"/);
    assert.match(
      masked,
      /<a href="[^"]*clear=yes[^"]*">Show password in clear text/,
    );
    const clear = await (await visitor.get(`${path}?clear=yes`)).text();
    assert.match(clear, /id="newPassword"[^>]*type="text"/);
  },
);

testOnEach(
  "whoever writes a reason has chosen Other, ticked or not",
  async (connection) => {
    const { visitor, path, user } = await desk(connection);
    const html = await (await visitor.get(path)).text();
    const saved = await visitor.post(path, {
      formId: hidden(html, "formId"),
      seenSetAt: hidden(html, "seenSetAt"),
      newPassword: "violin harbour 88 moss",
      reason: "",
      reasonText: "Ticket 4711",
    });
    assert.equal(saved.status, 200);
    const [event] = await eventsOf(
      connection.db,
      user.id,
      "authn_password_set",
    );
    assert.equal(event?.detail.reason, "other");
    assert.equal(event?.detail.text, "Ticket 4711");
  },
);
