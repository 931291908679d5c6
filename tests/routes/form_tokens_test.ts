import assert from "node:assert/strict";
import { eq } from "drizzle-orm";
import type { Connection, Database } from "../../db/client.ts";
import { keptForms } from "../../db/schema.ts";
import { browser, csrfOf, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import {
  freshAddress,
  letSessionsEnd,
  refusalsTo,
  sendForm,
} from "../support/ended_sessions.ts";
import { person } from "../support/people.ts";

const PATH = "/users/new";
const TYPED = { name: "typed for an hour", username: "x", email: "" };

async function setting(connection: Connection) {
  const { db } = connection;
  const running = program(connection);
  const staff = await person(db, { permissions: ["user_management"] });
  const address = freshAddress();
  const visitor = browser(running, { address });
  await visitor.signIn(staff);
  const csrf = csrfOf(await (await visitor.get(PATH)).text());
  const elsewhere = freshAddress();
  const stranger = browser(running, { address: elsewhere });
  return { db, staff, address, visitor, csrf, elsewhere, stranger };
}

const keptOf = (db: Database, userId: string) =>
  db.select().from(keptForms).where(eq(keptForms.userId, userId));

async function eventsTo(db: Database, address: string) {
  return (await refusalsTo(db, address)).map((it) => it.event);
}

testOnEach(
  "the token of a session that goes on is a forgery elsewhere, and no session ended (ASVS 3.5.1)",
  async (connection) => {
    const { db, staff, visitor, csrf, elsewhere, stranger } = await setting(
      connection,
    );
    const forged = await sendForm(stranger, PATH, { csrf, name: "junk" });
    assert.equal(forged.status, 403);
    await stranger.signIn(
      await person(db, { permissions: ["user_management"] }),
    );
    const signedIn = await sendForm(stranger, PATH, { csrf, name: "junk" });
    assert.equal(signedIn.status, 403);
    assert.deepEqual(await eventsTo(db, elsewhere), [
      "malicious_csrf",
      "malicious_csrf",
    ]);
    assert.deepEqual(await keptOf(db, staff.id), []);
    assert.equal((await visitor.get(PATH)).status, 200);
  },
);

testOnEach(
  "a browser that has lost its cookie keeps the form once its user has signed in again, and nothing is recorded",
  async (connection) => {
    const { db, staff, address, visitor, csrf } = await setting(connection);
    visitor.cookies.clear();
    await visitor.signIn(staff);
    const away = await sendForm(visitor, PATH, { csrf, ...TYPED });
    assert.equal(away.headers.get("location"), PATH);
    assert.match(await (await visitor.get(PATH)).text(), /typed for an hour/);
    assert.deepEqual(await eventsTo(db, address), []);
  },
);

testOnEach(
  "a form is as old as a session at most and half an hour; an older one is neither kept nor recorded",
  async (connection) => {
    const { db, staff, visitor, address, csrf } = await setting(connection);
    await letSessionsEnd(db, staff.id);
    const now = Date.now;
    const after = async (minutes: number) => {
      try {
        Date.now = () => now() + minutes * 60_000;
        return await sendForm(visitor, PATH, { csrf, ...TYPED });
      } finally {
        Date.now = now;
      }
    };
    const late = await after(12 * 60 + 31); // SESSION_HOURS is 12
    assert.equal(late.status, 303);
    assert.match(late.headers.get("location")!, /^\/sign-in\?.*done=ended/);
    assert.deepEqual(await keptOf(db, staff.id), []);
    assert.deepEqual(await eventsTo(db, address), []);
    const early = await after(12 * 60 + 29);
    assert.match(early.headers.get("location")!, /done=kept/);
    assert.deepEqual(await eventsTo(db, address), ["session_use_after_expire"]);
  },
);

testOnEach(
  "a stranger with the token of an ended session pushes no form out, and fills no table",
  async (connection) => {
    const { db, staff, visitor, csrf, stranger } = await setting(connection);
    await letSessionsEnd(db, staff.id);
    const away = await sendForm(visitor, PATH, { csrf, ...TYPED });
    for (let n = 0; n < 102; n++) {
      stranger.cookies.clear();
      await sendForm(stranger, PATH, { csrf, name: "junk" });
    }
    assert.equal((await keptOf(db, staff.id)).length, 101);
    await visitor.post("/sign-in", {
      identifier: staff.username,
      password: staff.password,
      next: PATH,
    }, { from: away.headers.get("location")! });
    assert.match(await (await visitor.get(PATH)).text(), /typed for an hour/);
  },
);
