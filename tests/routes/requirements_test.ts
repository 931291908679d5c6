import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { rows } from "../../db/client.ts";
import { createRecoveryCodes } from "../../services/recovery_codes.ts";
import { browser, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { hasher, person } from "../support/people.ts";
import { sessionsOf } from "../support/rows.ts";

testOnEach(
  "password fields hide, take what is pasted, and tell password managers what they are (ASVS 6.2.6, 6.2.7)",
  async ({ db }) => {
    const visitor = browser(program({ db }));
    const sites = [await (await visitor.get("/sign-in")).text()];
    await visitor.signIn(await person(db));
    sites.push(await (await visitor.get("/account/password")).text());
    const fields = sites.flatMap((it) =>
      [...it.matchAll(/<input[^>]*type="password"[^>]*>/g)].map(([it]) => it)
    );
    assert.equal(fields.length, 3);
    for (const field of fields) {
      assert.match(field, /autocomplete="(current|new)-password"/);
      assert.doesNotMatch(field, /onpaste|maxlength/);
    }
  },
);

testOnEach(
  "a password does not grow old (ASVS 6.2.10)",
  async ({ db }) => {
    const user = await person(db);
    await db.execute(
      sql`update passwords set set_at = now() - interval '5 years' where user_id = ${user.id}`,
    );
    const signedIn = await browser(program({ db })).signIn(user);
    assert.equal(signedIn.headers.get("location"), "/");
  },
);

testOnEach(
  "nobody is asked for hints or secret questions: there is no place for them (ASVS 6.4.2)",
  async ({ db }) => {
    const columns = await rows<{ name: string }>(
      db,
      sql`select column_name as name from information_schema.columns where table_schema = 'public'`,
    );
    assert.ok(columns.length > 80);
    assert.deepEqual(
      columns.filter((it) => /hint|question|answer_hash/.test(it.name)),
      [],
    );
  },
);

Deno.test("ten recovery codes of 49 bits, never the same, that no eye confuses (ASVS 6.5.3, 6.5.4)", async () => {
  const seen = new Set<string>();
  for (let n = 0; n < 20; n++) {
    const { codes, hashes } = await createRecoveryCodes(hasher);
    assert.equal(codes.length, 10);
    assert.equal(new Set(hashes).size, 10);
    for (const code of codes) {
      assert.match(code, /^[2-9A-HJKMNP-TV-Z]{10}$/);
      seen.add(code);
    }
  }
  assert.equal(seen.size, 200);
});

testOnEach(
  "the server's clock alone decides of a code, whatever a client says the time is (ASVS 6.5.8)",
  async ({ db }) => {
    const { enrolTotp, codeOf } = await import("../support/totp.ts");
    const running = program({ db });
    const user = await person(db);
    const own = browser(running);
    await own.signIn(user);
    const { secret } = await enrolTotp(own);
    const visitor = browser(running);
    await visitor.signIn(user);
    const tomorrow = 24 * 120;
    const refused = await visitor.post("/sign-in/second-factor", {
      code: codeOf(secret, tomorrow),
    }, {
      headers: {
        Date: new Date(Date.now() + 24 * 3_600_000).toUTCString(),
      },
    });
    assert.equal(refused.status, 422);
  },
);

testOnEach(
  "each sign-in has a token of its own, any number at once, and each is asked of the database (ASVS 7.1.2, 7.2.1, 7.2.2)",
  async ({ db }) => {
    const running = program({ db });
    const user = await person(db);
    const visitors = [1, 2, 3, 4].map(() => browser(running));
    for (const it of visitors) await it.signIn(user);
    const tokens = visitors.map((it) => it.cookies.get("passdesk-session")!);
    assert.equal(new Set(tokens).size, 4);
    const ids = (await sessionsOf(db, user.id)).map((it) => it.id);
    assert.equal(ids.length, 4);
    await db.execute(
      sql`delete from sessions where id = ${tokens[0]!.split(".")[0]}`,
    );
    const away = await visitors[0]!.get("/account/sessions");
    assert.equal(away.status, 303);
    visitors[1]!.cookies.set(
      "passdesk-session",
      `${tokens[1]!.split(".")[0]}.${tokens[2]!.split(".")[1]}`,
    );
    assert.equal((await visitors[1]!.get("/account/sessions")).status, 303);
    assert.equal((await visitors[2]!.get("/account/sessions")).status, 200);
  },
);

testOnEach(
  "whoever is signed in can sign out from every page (ASVS 7.4.4)",
  async ({ db }) => {
    const visitor = browser(program({ db }));
    const user = await person(db, {
      permissions: ["administration", "audit_log", "user_management"],
    });
    const other = await person(db);
    await visitor.signIn(user);
    for (
      const path of [
        "/users",
        "/users/new",
        `/users/${other.id}`,
        `/users/${other.id}/edit`,
        `/users/${other.id}/mails`,
        "/audit",
        "/reports",
        "/help",
        "/account/password",
        "/account/sessions",
        "/account/check",
        "/account/totp/removal",
        "/nowhere",
      ]
    ) {
      const html = await (await visitor.get(path)).text();
      assert.match(html, /action="\/sign-out"/, path);
    }
  },
);
