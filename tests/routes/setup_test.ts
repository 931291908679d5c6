import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { setupLinks } from "../../db/schema.ts";
import { findUser, findUserByIdentifier } from "../../db/users.ts";
import { offerSetup } from "../../services/setup.ts";
import { browser, program } from "../support/app.ts";
import { testOnPostgres } from "../support/database.ts";
import { embedded } from "../support/embedded.ts";

const FIRST = {
  name: "First Administrator",
  username: "first.admin",
  email: "first@example.org",
  newPassword: "seven geese cross the bridge",
};

Deno.test("the first start's link creates the first administrator, once, and its address shows no token afterwards (ASVS 6.3.2)", async () => {
  const connection = await embedded();
  const { db } = connection;
  const running = program(connection);
  const older = await offerSetup(running.services);
  const token = await offerSetup(running.services);
  const { email, ...person } = FIRST;

  const early = browser(running);
  await early.get(`/setup/${older}`);
  assert.equal((await early.get("/setup")).status, 403); // a newer link ends the older

  const visitor = browser(running);
  const moved = await visitor.get(`/setup/${token}`);
  assert.equal(moved.headers.get("location"), "/setup");
  assert.equal((await visitor.get("/setup")).status, 200);
  const weak = await visitor.post("/setup", {
    ...person,
    email,
    newPassword: "first.admin2026",
  });
  assert.equal(weak.status, 422);
  const done = await visitor.post("/setup", { ...person, email });
  assert.equal(done.headers.get("location"), "/sign-in?done=set-up");
  const again = await visitor.post(
    "/setup",
    { ...person, username: "second" },
    { from: "/sign-in" },
  );
  assert.equal(again.status, 403);

  const found = await findUserByIdentifier(db, "first.admin");
  assert.deepEqual((await findUser(db, found!.id))?.permissions, [
    "administration",
    "audit_log",
    "user_management",
  ]);
  assert.equal(await offerSetup(running.services), undefined);
  const signedIn = await visitor.post("/sign-in", {
    identifier: "first.admin",
    password: FIRST.newPassword,
  });
  assert.equal(signedIn.status, 303);
  await connection.close();
});

Deno.test("a setup link expires, and a made-up one opens nothing", async () => {
  const connection = await embedded();
  const running = program(connection);
  const token = await offerSetup(running.services);
  await connection.db.update(setupLinks).set({
    expiresAt: sql`now() - interval '1 second'`,
  });
  for (const it of [token!, `${crypto.randomUUID()}.${"a".repeat(43)}`, "x"]) {
    const visitor = browser(running);
    await visitor.get(`/setup/${encodeURIComponent(it)}`);
    const response = await visitor.post("/setup", FIRST, { from: "/sign-in" });
    assert.equal(response.status, 403);
  }
  await connection.close();
});

testOnPostgres(
  "twenty at once with the same link make one administrator (ASVS 2.3.4)",
  async (connection) => {
    const running = program(connection);
    const token = await offerSetup(running.services);
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const visitor = browser(running);
        await visitor.get(`/setup/${token}`);
        return (await visitor.post("/setup", {
          ...FIRST,
          username: `first-${n}`,
          email: "",
        })).status;
      }),
    );
    assert.deepEqual(answers.filter((it) => it === 303).length, 1);
    assert.ok(answers.every((it) => it === 303 || it === 403));
  },
);
