import assert from "node:assert/strict";
import { eq, sql } from "drizzle-orm";
import type { Connection, Database } from "../../db/client.ts";
import { keptForms } from "../../db/schema.ts";
import { fieldsToKeep } from "../../routes/kept_forms.ts";
import type { Permission } from "../../services/context.ts";
import {
  type Browser,
  browser,
  csrfOf,
  hidden,
  program,
} from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import {
  freshAddress,
  letSessionsEnd,
  refusalsTo,
  SAME_ORIGIN,
  sendForm,
} from "../support/ended_sessions.ts";
import { type Person, person } from "../support/people.ts";
import { codeOf, enrolTotp } from "../support/totp.ts";

const RESTORED = /Your session had ended\./;

async function setting(
  connection: Connection,
  permissions: Permission[] = ["user_management"],
) {
  const { db } = connection;
  const address = freshAddress();
  const running = program(connection, {
    WEBHOOK_TARGETS: "hooks.example.org",
    FORCE_TEMPORARY: "off", // so that there is a box that can be left unticked
  });
  const staff = await person(db, { permissions });
  const user = await person(db, { name: "Before" });
  const visitor = browser(running, { address });
  await visitor.signIn(staff);
  return { ...running, db, address, staff, user, visitor };
}

/** The fields of an edit of this user, as they were typed. */
async function edit(visitor: Browser, { id, username }: Person) {
  const path = `/users/${id}/edit`;
  const page = await (await visitor.get(path)).text();
  return {
    path,
    fields: {
      csrf: csrfOf(page),
      version: hidden(page, "version"),
      from: "query=bef",
      name: "Typed <b>before</b> the end",
      username,
      email: "typed@example.org",
      "attributes.department": "Registry",
    },
  };
}

const keptOf = async (db: Database, userId: string) =>
  await db.select().from(keptForms).where(eq(keptForms.userId, userId));

async function nameOf(db: Database, { id }: Person) {
  const [row] = await db.execute(
    sql`select name from users where id = ${id}`,
  ).then((it) =>
    "rows" in (it as object)
      ? (it as { rows: { name: string }[] }).rows
      : it as unknown as { name: string }[]
  );
  return row!.name;
}

testOnEach(
  "what was typed into a form of an ended session is in it again after signing in, once",
  async (connection) => {
    const { db, staff, user, visitor } = await setting(connection);
    const { path, fields } = await edit(visitor, user);
    await letSessionsEnd(db, staff.id);
    const away = await sendForm(visitor, path, fields);
    const to = away.headers.get("location")!;
    assert.match(to, /^\/sign-in\?.*done=kept/);
    assert.match(await (await visitor.get(to)).text(), /get your form back/);
    const [row] = await keptOf(db, staff.id);
    assert.doesNotMatch(JSON.stringify(row), /Typed|Registry/); // sealed

    const back = await visitor.post("/sign-in", {
      identifier: staff.username,
      password: staff.password,
      next: new URL(to, "http://x").searchParams.get("next")!,
    });
    assert.equal(back.headers.get("location"), path);
    const form = await (await visitor.get(path)).text();
    assert.match(form, RESTORED);
    assert.match(form, /value="Typed &lt;b&gt;before&lt;\/b&gt; the end"/);
    assert.match(form, /value="Registry"/);
    assert.equal(hidden(form, "from"), "query=bef");
    assert.equal(await nameOf(db, user), "Before"); // nothing is sent by itself
    assert.deepEqual(await keptOf(db, staff.id), []);

    const reloaded = await (await visitor.get(path)).text();
    assert.doesNotMatch(reloaded, RESTORED);
    const saved = await sendForm(visitor, path, {
      ...fields,
      csrf: csrfOf(form),
    });
    assert.match(saved.headers.get("location")!, /done=saved/);
    assert.equal(await nameOf(db, user), fields.name);
  },
);

testOnEach(
  "somebody else at the same browser gets nothing of it, and its user still does",
  async (connection) => {
    const { db, staff, user, visitor } = await setting(connection);
    const other = await person(db, { permissions: ["user_management"] });
    const { path, fields } = await edit(visitor, user);
    await letSessionsEnd(db, staff.id);
    await sendForm(visitor, path, fields);

    await visitor.signIn(other);
    const theirs = await (await visitor.get(path)).text();
    assert.doesNotMatch(theirs, /Typed|Registry|Your session had ended/);
    const start = await visitor.get("/?continue=yes");
    assert.equal(start.headers.get("location"), "/users");

    await letSessionsEnd(db, other.id);
    await visitor.signIn(staff);
    assert.match(await (await visitor.get(path)).text(), /Registry/);
  },
);

testOnEach(
  "what another site sends is never kept nor filled into a form (ASVS 3.5.1)",
  async (connection) => {
    const { db, staff, user, visitor, ...running } = await setting(connection);
    const { path, fields } = await edit(visitor, user);
    const mallory = await person(db, { permissions: ["user_management"] });
    const attacker = browser(running);
    await attacker.signIn(mallory);
    const theirs = (await edit(attacker, user)).fields.csrf;
    await letSessionsEnd(db, staff.id);
    await letSessionsEnd(db, mallory.id);
    const evil = { ...fields, email: "mallory@example.org" };
    const tries: [Record<string, string>, Record<string, string>][] = [
      [evil, { Origin: "https://evil.test" }],
      [evil, { Origin: "null" }],
      [evil, { "Sec-Fetch-Site": "cross-site" }],
      [{ ...evil, csrf: "" }, SAME_ORIGIN],
      [{ ...evil, csrf: `${fields.csrf}x` }, SAME_ORIGIN],
      [{ ...evil, csrf: theirs }, {}], // the attacker's own token, in a browser that vouches for nothing
    ];
    for (const [body, headers] of tries) {
      const refused = await sendForm(visitor, path, body, { headers });
      assert.equal(refused.status, 403);
    }
    // Were it sent from a page of ours after all, it would be the attacker's, for the attacker.
    await sendForm(visitor, path, { ...evil, csrf: theirs });
    assert.deepEqual(await keptOf(db, staff.id), []);
    await visitor.signIn(staff);
    const form = await (await visitor.get(path)).text();
    assert.doesNotMatch(form, /mallory|Your session had ended/);
  },
);

testOnEach(
  "a form that is kept in one browser is not given to the same user in another",
  async (connection) => {
    const { db, staff, user, visitor, ...running } = await setting(connection);
    const { path, fields } = await edit(visitor, user);
    await letSessionsEnd(db, staff.id);
    await sendForm(visitor, path, fields);
    const elsewhere = browser(running);
    await elsewhere.signIn(staff);
    for (const kept of [undefined, "A".repeat(43), "'; --"]) {
      if (kept) elsewhere.cookies.set("passdesk-kept", kept);
      const form = await (await elsewhere.get(path)).text();
      assert.doesNotMatch(form, /Typed|Your session had ended/);
    }
    assert.equal((await keptOf(db, staff.id)).length, 1);
  },
);

testOnEach(
  "a form is kept for half an hour, and ten of one user in one browser at most",
  async (connection) => {
    const { db, staff, user, visitor } = await setting(connection);
    const { path, fields } = await edit(visitor, user);
    await letSessionsEnd(db, staff.id);
    const kept = await sendForm(visitor, path, fields);
    assert.match(
      kept.headers.getSetCookie().join(),
      /kept=[\w-]{43}; Max-Age=1800; Path=\/; HttpOnly; SameSite=Lax/,
    );
    await db.update(keptForms).set({
      keptAt: sql`now() - interval '31 minutes'`,
    }).where(eq(keptForms.userId, staff.id));
    await visitor.signIn(staff);
    assert.doesNotMatch(await (await visitor.get(path)).text(), RESTORED);

    await letSessionsEnd(db, staff.id);
    for (let n = 0; n < 12; n++) {
      const another = `/users/${crypto.randomUUID()}/edit`;
      await sendForm(visitor, another, fields);
    }
    assert.equal((await keptOf(db, staff.id)).length, 10);
  },
);

testOnEach(
  "who has signed in again in another tab is shown the form at once, and the version still counts",
  async (connection) => {
    const { db, address, staff, user, visitor } = await setting(connection);
    const { path, fields } = await edit(visitor, user);
    await visitor.post("/sign-out", {}, { from: "/help" });
    await visitor.signIn(staff);
    const mine = await edit(visitor, user);
    await sendForm(visitor, path, { ...mine.fields, name: "Saved meanwhile" });

    const partial = await sendForm(visitor, path, fields, { htmx: true });
    assert.equal(partial.headers.get("hx-redirect"), path);
    const form = await (await visitor.get(path)).text();
    assert.match(form, RESTORED);
    assert.equal(hidden(form, "version"), fields.version);
    const late = await sendForm(visitor, path, {
      ...fields,
      csrf: csrfOf(form),
    });
    assert.equal(late.status, 409);
    assert.match(await late.text(), /Saved meanwhile: Saved meanwhile/);
    const names = (await refusalsTo(db, address)).map((it) => it.event);
    assert.deepEqual(names, ["session_use_after_expire"]);
  },
);

testOnEach(
  "a form of somebody who was signed in before changes nothing, and is not kept",
  async (connection) => {
    const { db, address, staff, user, visitor } = await setting(connection);
    const { path, fields } = await edit(visitor, user);
    await visitor.post("/sign-out", {}, { from: "/help" });
    const other = await person(db, { permissions: ["user_management"] });
    await visitor.signIn(other);
    const refused = await sendForm(visitor, path, fields);
    assert.equal(refused.status, 403);
    assert.match(await refused.text(), /Somebody else was signed in/);
    const rows = [
      ...await keptOf(db, staff.id),
      ...await keptOf(db, other.id),
    ];
    assert.deepEqual(rows, []);
    const names = (await refusalsTo(db, address)).map((it) => it.event);
    assert.deepEqual(names, ["session_use_after_expire"]);
  },
);

testOnEach(
  "a form comes back after a forced change of the password too",
  async (connection) => {
    const { db, staff, user, visitor } = await setting(connection);
    const { path, fields } = await edit(visitor, user);
    await letSessionsEnd(db, staff.id);
    await sendForm(visitor, path, fields);
    await db.execute(
      sql`update passwords set temporary = true where user_id = ${staff.id}`,
    );
    const on = await visitor.signIn(staff);
    assert.equal(on.headers.get("location"), "/account/password");
    const changed = await visitor.post("/account/password", {
      currentPassword: staff.password,
      newPassword: "a ferry over 3 rivers",
    });
    const link = (await changed.text()).match(/href="([^"]*)">Continue/)![1]!;
    const next = await visitor.get(link);
    assert.equal(next.headers.get("location"), path);
    assert.match(await (await visitor.get(path)).text(), /Registry/);
  },
);

testOnEach(
  "a form comes back behind the second step too, and not before it",
  async (connection) => {
    const { db, staff, user, visitor } = await setting(connection);
    const { secret } = await enrolTotp(visitor);
    const { path, fields } = await edit(visitor, user);
    await letSessionsEnd(db, staff.id);
    await sendForm(visitor, path, fields);
    const { username: identifier, password } = staff;
    const half = await visitor.post("/sign-in", {
      identifier,
      password,
      next: path,
    });
    const step = half.headers.get("location")!;
    const away = await visitor.get(path); // half signed in is not signed in
    assert.match(away.headers.get("location")!, /^\/sign-in/);
    const done = await visitor.post("/sign-in/second-factor", {
      code: codeOf(secret),
      next: new URL(step, "http://x").searchParams.get("next")!,
    });
    assert.equal(done.headers.get("location"), path);
    assert.match(await (await visitor.get(path)).text(), /Registry/);
  },
);

/** Each form that somebody types into: its page, what is typed, and what must not be kept. */
const FORMS: {
  path: string;
  typed: Record<string, string>;
  shows: RegExp[];
  secret?: string;
}[] = [
  {
    path: "/users/new",
    typed: { name: "New", username: "typed.new", email: "n@example.org" },
    shows: [/value="typed\.new"/],
  },
  {
    path: "/users/:id/password",
    typed: {
      newPassword: "moor lantern 77 quay",
      proof: "not ours",
      reason: "other",
      reasonText: "at the counter",
    },
    shows: [
      /value="at the counter"/,
      /value="other" checked/,
      /name="temporary" value="yes"\s+aria/, // was not ticked
    ],
    secret: "moor lantern",
  },
  {
    path: "/users/:id/second-factor",
    typed: { reason: "called back" },
    shows: [/called back/],
  },
  {
    path: "/users/:id/permissions",
    typed: { audit_log: "yes" },
    shows: [/name="audit_log" value="yes" checked/],
  },
  {
    path: "/api-tokens/new",
    typed: { name: "nightly", days: "12", "audit:read": "yes" },
    shows: [/value="nightly"/, /name="audit:read" value="yes" checked/],
  },
  {
    path: "/webhooks/new",
    typed: {
      url: "https://hooks.example.org/typed",
      "events.user_created": "yes",
    },
    shows: [/\/typed"/, /name="events.user_created" value="yes" checked/],
  },
  {
    path: "/webhooks/:id/edit",
    typed: {
      url: "https://hooks.example.org/changed",
      "events.user_updated": "yes",
    },
    shows: [
      /\/changed"/,
      /name="events.user_updated" value="yes" checked/,
      /name="events.user_created" value="yes"\s*>/,
    ],
  },
];

/** The fields of a page's form that are not kept. */
function notKept(path: string, page: string): string[] {
  const form = page.match(
    new RegExp(`<form[^>]*action="${path}"[^]*?</form>`),
  )![0];
  const names = [...form.matchAll(/ name="([^"]+)"/g)].map((it) => it[1]!);
  const all = new URLSearchParams(names.map((it) => [it, ""]));
  const kept = fieldsToKeep(path, all)!;
  return [...new Set(names)].filter((it) => !kept.has(it)).sort();
}

testOnEach(
  "every form that somebody types into comes back, without secrets (ASVS 14.2.6)",
  async (connection) => {
    const { db, staff, user, visitor, services } = await setting(connection, [
      "user_management",
      "audit_log",
      "administration",
    ]);
    const webhook = await visitor.post("/webhooks/new", {
      url: "https://hooks.example.org/",
      "events.user_created": "yes",
    });
    const webhookId = (await webhook.text()).match(
      /webhooks\/([0-9a-f-]{36})/,
    )!;
    for (const { path: pattern, typed, shows, secret } of FORMS) {
      const path = pattern.replace(
        ":id",
        pattern.startsWith("/webhooks") ? webhookId[1]! : user.id,
      );
      const page = await (await visitor.get(path)).text();
      const given = Object.fromEntries(
        ["csrf", "from", "formId", "seenSetAt", "seen"]
          .filter((it) => page.includes(`name="${it}"`))
          .map((it) => [it, hidden(page, it)]),
      );
      assert.deepEqual(
        notKept(path, page),
        pattern.endsWith("/password")
          ? ["csrf", "generate", "newPassword", "proof"]
          : ["csrf"],
      );
      await letSessionsEnd(db, staff.id);
      const away = await sendForm(visitor, path, { ...given, ...typed });
      assert.match(away.headers.get("location")!, /done=kept/, path);
      const [row] = await keptOf(db, staff.id);
      const kept = services.secrets.open(
        row!.fields,
        `kept form of ${staff.id} at ${path}`,
      )!;
      const names = [...new URLSearchParams(kept).keys()];
      for (const it of ["csrf", "newPassword", "proof"]) {
        assert.ok(!names.includes(it), `${path} ${it}`);
      }

      await visitor.signIn(staff);
      const form = await (await visitor.get(path)).text();
      assert.match(form, RESTORED, path);
      for (const it of shows) assert.match(form, it, path);
      if (secret) assert.ok(!form.includes(secret), path);
      for (const it of ["formId", "seenSetAt", "seen"]) {
        if (given[it]) assert.equal(hidden(form, it), given[it], path);
      }
    }
  },
);

testOnEach(
  "what has nothing to keep leads back to its page, and a check while typing leads nowhere",
  async (connection) => {
    const { db, address, staff, user, visitor } = await setting(connection);
    const csrf = csrfOf(await (await visitor.get("/help")).text());
    await letSessionsEnd(db, staff.id);
    const own = await sendForm(visitor, "/account/password", {
      csrf,
      currentPassword: staff.password,
      newPassword: "a ferry over 3 rivers",
    }, { headers: { ...SAME_ORIGIN, Referer: "http://x/account/password" } });
    assert.equal(
      own.headers.get("location"),
      "/sign-in?next=%2Faccount%2Fpassword&done=ended",
    );
    const path = `/users/${user.id}/password`;
    const check = await sendForm(visitor, `${path}/check`, {
      csrf,
      newPassword: "moor",
    }, { htmx: true });
    assert.equal(check.status, 403);
    assert.equal(check.headers.get("hx-retarget"), "#trouble");
    assert.match(await check.text(), /Press Save: you sign in again/);
    assert.deepEqual(await keptOf(db, staff.id), []);
    const names = (await refusalsTo(db, address)).map((it) => it.event);
    assert.deepEqual(names, ["session_use_after_expire"]);
  },
);
