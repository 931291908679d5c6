import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { type Database, rows } from "../../db/client.ts";
import { browser, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { linkIn, mailbox } from "../support/mail.ts";
import { person } from "../support/people.ts";
import { enrolTotp } from "../support/totp.ts";
import { receiver, verify, webhookOffice } from "../support/webhooks.ts";

/** Every row of every table, as text. */
async function dump(db: Database): Promise<string> {
  const tables = await rows<{ name: string }>(
    db,
    sql`select table_name as name from information_schema.tables where table_schema = 'public'`,
  );
  assert.ok(tables.length > 12);
  const parts = [];
  for (const { name } of tables) {
    const [row] = await rows<{ text: string }>(
      db,
      sql`select coalesce(string_agg(t::text, ' '), '') as text from ${
        sql.identifier(name)
      } t`,
    );
    parts.push(row!.text);
  }
  return parts.join(" ");
}

testOnEach(
  "passwords, tokens, codes and secrets of a whole run are nowhere afterwards (ASVS 16.2.5, 14.2.1)",
  async ({ db }) => {
    const running = program({ db });
    const mails = await mailbox(running);
    const user = await person(db, { password: "marker heron at the quay" });
    const pages: string[] = [];
    const visitor = browser(running);
    const post = async (...given: Parameters<typeof visitor.post>) => {
      pages.push(await (await visitor.post(...given)).text());
    };

    await visitor.signIn(user);
    const tokens = [visitor.cookies.get("passdesk-session")!];
    const { secret, recoveryCodes } = await enrolTotp(visitor);
    await post("/account/password", {
      currentPassword: user.password,
      newPassword: "marker second 9 lamps",
    });
    await post("/account/check", { password: "marker wrong guess" });
    await post("/sign-out", {}, { from: "/help" });
    await post("/sign-in", {
      identifier: user.username,
      password: "marker second 9 lamps",
    });
    tokens.push(visitor.cookies.get("passdesk-step")!);
    await post("/sign-in/second-factor", { code: recoveryCodes[0]! });
    tokens.push(visitor.cookies.get("passdesk-session")!);
    tokens.push(visitor.cookies.get("passdesk-device")!);
    await post("/password-resets/new", { identifier: user.username });
    const received = await mails.to(user.email);
    const reset = received.find((it) => it.subject === "Reset your password")!;
    tokens.push(linkIn(reset).split("/").at(-1)!);
    await visitor.get(linkIn(reset));
    await post("/password-reset", { newPassword: "marker tiny" });
    await post("/password-reset", { newPassword: "marker third 7 boats" });
    await visitor.get("/password-resets/marker-no-token");
    await mails.to(user.email);

    const secrets = [
      "marker ",
      "marker-no-token",
      secret,
      ...recoveryCodes,
      ...recoveryCodes.map((it) => it.replace("-", "")),
      ...tokens.map((it) => it.split(".").at(-1)!),
    ];
    const database = await dump(db);
    const log = JSON.stringify(running.log);
    const letters = (await mails.to(user.email))
      .map((it) => it.text.replaceAll(/https?:\S+/g, "")).join();
    for (const it of secrets) {
      assert.ok(!database.includes(it), `database: ${it}`);
      assert.ok(!log.includes(it), `log: ${it}`);
      assert.ok(!letters.includes(it), `mail: ${it}`);
      assert.ok(!pages.join().includes(it), `page: ${it}`);
    }
    await mails.close();
  },
);

testOnEach(
  "a webhook's secret is shown once and is nowhere afterwards; what follows its host is in no log (ASVS 16.2.5)",
  async ({ db }) => {
    const running = program({ db }, { WEBHOOK_TARGETS: "127.0.0.1" });
    const admin = await person(db, {
      permissions: ["administration", "audit_log"],
    });
    const visitor = browser(running);
    await visitor.signIn(admin);
    const there = await receiver((response) => {
      response.statusCode = 500;
      response.end();
    });
    const url = `${there.url}/marker-path?key=marker-key`;
    const fields = { url, "events.authn_logout": "yes" };
    const made = await (await visitor.post("/webhooks/new", fields)).text();
    const path = made.match(/\/webhooks\/[0-9a-f-]{36}/)![0];
    const renewed = await (await visitor.post(`${path}/secret`, {})).text();
    const secrets = [made, renewed].map((it) =>
      it.match(/whsec_([A-Za-z0-9+/=]+)/)![1]!
    );
    await visitor.post(`${path}/tests`, {}, { from: path });
    await webhookOffice(running).deliver();
    await there.close();
    await webhookOffice(running).deliver();
    assert.throws(() => verify(`whsec_${secrets[0]}`, there.received[0]!));
    verify(`whsec_${secrets[1]}`, there.received[0]!);

    const pages = [];
    for (const at of [path, `${path}/edit`, `${path}/secret`, "/webhooks"]) {
      pages.push(await (await visitor.get(at)).text());
    }
    const database = await dump(db);
    const log = JSON.stringify(running.log);
    assert.match(log, /webhook_deferred/);
    for (const it of secrets) {
      const raw = Buffer.from(it, "base64");
      for (const form of [it, raw.toString("hex"), raw.toString("base64url")]) {
        for (const text of [database, log, pages.join()]) {
          assert.ok(!text.includes(form), form);
        }
      }
    }
    assert.ok(!log.includes("marker-"));
    const events = await rows<{ text: string }>(
      db,
      sql`select string_agg(detail::text, ' ') as text from audit_events`,
    );
    assert.ok(!events[0]!.text.includes("marker-"));
  },
);
