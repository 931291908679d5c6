import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import type { Connection } from "../../db/client.ts";
import { replaceEmailChange } from "../../db/email_changes.ts";
import {
  type Change,
  endAccess,
  ENDED_ACCESS,
  type Fates,
} from "../../services/ended_access.ts";
import { apiToken } from "../support/api.ts";
import { browser, program } from "../support/app.ts";
import { factorsOf, plantPasskey } from "../support/authenticators.ts";
import { testOnEach } from "../support/database.ts";
import { linkFor } from "../support/mail.ts";
import { person } from "../support/people.ts";
import { sessionsOf } from "../support/rows.ts";
import { enrolTotp } from "../support/totp.ts";

const COLUMNS = [
  "sessions",
  "api_tokens",
  "reset_links",
  "notice_links",
  "authenticators",
  "recovery_codes",
  "unconfirmed_app",
  "pending_email",
  "known_devices",
] as const satisfies (keyof Fates)[];

const FATES = {
  stay: ["stay", "stays"],
  end: ["end", "ends", "end, and are made anew"],
  others_end: ["others end"],
  suspend: ["are suspended"],
  unkept_end: ["unkept end"],
  unkept_end_or_suspend: ["unkept end, the last are suspended"],
  unkept_end_or_unasked: [
    "unkept end, the last are suspended, suspended ones are not asked for",
  ],
  end_with_last: ["end with the last factor"],
  recent_end: ["end if recent", "ends if recent"],
};

Deno.test("docs/access.md has the table by which access ends", async () => {
  const text = await Deno.readTextFile(
    new URL("../../docs/access.md", import.meta.url),
  );
  const told = text.split("\n").filter((it) => it.startsWith("| `"))
    .map((line) => line.split("|").slice(1, -1).map((it) => it.trim()));
  assert.deepEqual(
    told.map(([name]) => name!.match(/^`(\w+)`/)![1]),
    Object.keys(ENDED_ACCESS),
  );
  for (const [name, ...cells] of told) {
    const change = name!.match(/^`(\w+)`/)![1] as Change;
    const fates: Fates = ENDED_ACCESS[change];
    assert.equal(cells.length, COLUMNS.length);
    COLUMNS.forEach((column, at) => {
      const words = FATES[fates[column] ?? "stay"];
      assert.ok(
        words.includes(cells[at]!),
        `${change}, ${column}: ${cells[at]}`,
      );
    });
  }
});

/** Somebody who can be reached in every way, each of them recent but for the passkey "old". */
async function reachable({ db }: Connection) {
  const running = program({ db });
  const user = await person(db);
  const [one, two] = [browser(running), browser(running)];
  await one.signIn(user);
  await two.signIn(user);
  await apiToken(db, { ownerId: user.id });
  for (const kind of ["password_reset", "new_device"] as const) {
    await linkFor(running, user.id, kind);
  }
  await db.execute(
    sql`update passwords set known_to_others_since = now() - interval '10 minutes' where user_id = ${user.id}`,
  );
  await plantPasskey(db, { userId: user.id, name: "old", minutesAgo: 60 });
  await plantPasskey(db, { userId: user.id, name: "new" });
  await one.post("/account/totp", {}, { from: "/account/password" });
  await db.execute(
    sql`insert into recovery_codes (id, user_id, hash) values (gen_random_uuid(), ${user.id}, 'x')`,
  );
  await replaceEmailChange(db, { userId: user.id, email: "new@example.org" });
  return { running, user, one };
}

const BEFORE = {
  passkeys: ["new", "old"],
  app: false,
  unconfirmed: true,
  codes: 1,
  devices: 2,
  pendingEmail: true,
  resetLinks: 1,
  noticeLinks: 1,
  sessions: 2,
  tokens: 1,
  suspended: null as string | null,
  knownToOthers: true,
};

const NEW_PASSWORD = {
  sessions: 0,
  tokens: 0,
  resetLinks: 0,
  unconfirmed: false,
};
const OWN_PASSWORD = {
  ...NEW_PASSWORD,
  passkeys: ["old"],
  codes: 0,
  devices: 0,
  pendingEmail: false,
};

/** What each change leaves of it: what isn't named is as before. */
const AFTER: Record<Change, Partial<typeof BEFORE>> = {
  own_change: OWN_PASSWORD,
  forced_change: OWN_PASSWORD,
  reset_by_link: OWN_PASSWORD,
  reset_by_printed_link: OWN_PASSWORD,
  set_by_others: NEW_PASSWORD,
  new_password_required: { sessions: 0, tokens: 0 },
  disabled: { sessions: 0, tokens: 0, resetLinks: 0 },
  enabled: {},
  frozen: {
    ...NEW_PASSWORD,
    noticeLinks: 0,
    codes: 0,
    devices: 0,
    pendingEmail: false,
    suspended: "frozen",
  },
  authenticators_confirmed: { sessions: 1, passkeys: [], codes: 0 },
  factor_added: { sessions: 1 },
  factor_removed: { sessions: 1 },
  factor_removed_by_staff: {
    sessions: 0,
    tokens: 0,
    passkeys: [],
    codes: 0,
    unconfirmed: false,
  },
  permission_gained: {
    sessions: 0,
    unconfirmed: false,
    pendingEmail: false,
    suspended: "permission_gained",
  },
  permission_taken: {},
  email_changed: { resetLinks: 0 },
};

testOnEach(
  "each change ends what the table says, and leaves the rest",
  async (connection) => {
    const { db } = connection;
    for (const change of Object.keys(AFTER) as Change[]) {
      const { user } = await reachable(connection);
      assert.deepEqual(await factorsOf(db, user.id), BEFORE);
      const keepSession = (await sessionsOf(db, user.id))[0]!.id;
      await db.transaction((tx) =>
        endAccess(tx, { change, userId: user.id, keepSession })
      );
      assert.deepEqual(
        await factorsOf(db, user.id),
        { ...BEFORE, ...AFTER[change] },
        change,
      );
    }
  },
);

testOnEach(
  "what the user names as the own stays; a link suspends the last ones, and never takes the second factor away",
  async (connection) => {
    const { db } = connection;
    const running = program({ db });
    for (const change of ["own_change", "reset_by_link"] as const) {
      const user = await person(db);
      const visitor = browser(running);
      await visitor.signIn(user);
      await enrolTotp(visitor);
      const id = await plantPasskey(db, { userId: user.id, name: "new" });
      await db.execute(
        sql`update passwords set known_to_others_since = now() - interval '1 hour' where user_id = ${user.id}`,
      );
      const end = (kept: string[]) =>
        db.transaction((tx) =>
          endAccess(tx, { change, userId: user.id, kept })
        );
      await end([`passkey.${id}`, "app", "recovery_codes"]);
      const all = await factorsOf(db, user.id);
      assert.deepEqual([all.passkeys, all.app, all.codes], [["new"], true, 10]);
      await end(["app", "passkey", "recovery_codes", "passkey.other"]);
      const app = await factorsOf(db, user.id);
      assert.deepEqual([app.passkeys, app.app, app.codes], [[], true, 10]);
      await end([]);
      const none = await factorsOf(db, user.id);
      assert.equal(none.codes, 0);
      const { app: left, suspended } = none;
      assert.deepEqual(
        { left, suspended },
        change === "own_change"
          ? { left: false, suspended: null }
          : { left: true, suspended: "password_reset" },
      );
    }
  },
);

testOnEach(
  "a freeze outweighs a gained permission, a link makes a frozen factor be asked for, and none is suspended where there is none",
  async ({ db }) => {
    const user = await person(db);
    const run = async (change: Change) => {
      await db.transaction((tx) => endAccess(tx, { change, userId: user.id }));
      return (await factorsOf(db, user.id)).suspended;
    };
    assert.equal(await run("frozen"), null);
    await plantPasskey(db, { userId: user.id });
    assert.equal(await run("permission_gained"), "permission_gained");
    assert.equal(await run("reset_by_link"), "permission_gained");
    assert.equal(await run("frozen"), "frozen");
    assert.equal(await run("permission_gained"), "frozen");
    assert.equal(await run("set_by_others"), "frozen");
    assert.equal(await run("own_change"), "frozen");
    assert.equal(await run("reset_by_printed_link"), "frozen");
    assert.equal(await run("reset_by_link"), "password_reset");
    assert.equal(await run("reset_by_printed_link"), "frozen");
    assert.equal(await run("factor_removed_by_staff"), null);
    await plantPasskey(db, { userId: user.id });
    assert.equal(await run("reset_by_printed_link"), null);
    assert.equal(await run("permission_gained"), "permission_gained");
    assert.equal(await run("reset_by_printed_link"), "frozen");
  },
);
