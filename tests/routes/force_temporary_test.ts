import assert from "node:assert/strict";
import type { Connection } from "../../db/client.ts";
import { runNextJob } from "../../services/job_worker.ts";
import { apiClient, apiToken, unique } from "../support/api.ts";
import { browser, hidden, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { userOf } from "../support/jobs.ts";
import { hasher, person } from "../support/people.ts";
import { passwordOf } from "../support/rows.ts";
import { made, provider } from "../support/scim.ts";

async function office(
  { db }: Pick<Connection, "db">,
  environment: Record<string, string> = {},
) {
  const running = program({ db }, environment);
  const staff = await person(db, { permissions: ["user_management"] });
  const { text } = await apiToken(db, { ownerId: staff.id });
  const page = browser(running);
  await page.signIn(staff);
  const user = await person(db);
  return {
    ...running,
    page,
    user,
    path: `/users/${user.id}/password`,
    ask: apiClient(running, text),
    scim: provider(running, text),
  };
}

testOnEach(
  "by default a password that staff set is temporary, and the form has no box to untick (ASVS 6.4.1)",
  async (connection) => {
    const { page, path, user } = await office(connection);
    const html = await (await page.get(path)).text();
    assert.doesNotMatch(html, /name="temporary"/);
    assert.match(html, /The password is temporary: the user has to replace it/);
    const saved = await page.post(path, {
      formId: hidden(html, "formId"),
      seenSetAt: hidden(html, "seenSetAt"),
      newPassword: "seven geese cross the bridge",
      reason: "no_mailbox",
    });
    assert.match(await saved.text(), /It is temporary/);
    const kept = await passwordOf(connection.db, user.id);
    assert.equal(kept?.temporary, true);
    assert.ok(kept.expiresAt);
    assert.match(await (await page.get("/help")).text(), /is temporary: the/);
  },
);

testOnEach(
  "by default the API sets no lasting password, and says why",
  async (connection) => {
    const { ask, path, user, scim } = await office(connection);
    const before = await passwordOf(connection.db, user.id);
    for (const password of [undefined, "seven geese cross the bridge"]) {
      const refused = await ask("POST", path, {
        json: { password, reason: "no_mailbox", temporary: false },
      });
      assert.equal(refused.status, 422, refused.text);
      assert.equal(refused.json.errors[0].pointer, "/temporary");
      assert.match(refused.json.errors[0].detail, /FORCE_TEMPORARY/);
    }
    assert.deepEqual(await passwordOf(connection.db, user.id), before);
    const { id } = await made(scim, { password: "heron walks on copper 93" });
    assert.equal((await passwordOf(connection.db, id))?.temporary, true);
  },
);

testOnEach(
  "an imported hash is its user's own password: the file says whether it lasts",
  async (connection) => {
    const { ask, services } = await office(connection);
    const hash = await hasher.hash("seven geese cross the bridge");
    const [lasting, temporary] = [unique(), unique()];
    await ask("POST", "/imports", {
      body: [
        { username: lasting, name: "L", password_hash: hash },
        {
          username: temporary,
          name: "T",
          password_hash: hash,
          temporary: true,
        },
      ].map((it) => JSON.stringify(it)).join("\n"),
      headers: { "Content-Type": "application/x-ndjson" },
    });
    await runNextJob(services);
    for (
      const [name, expected] of [[lasting, false], [temporary, true]] as const
    ) {
      const user = await userOf(connection.db, name);
      const kept = await passwordOf(connection.db, user!.id);
      assert.equal(kept?.temporary, expected);
    }
  },
);

testOnEach(
  "FORCE_TEMPORARY=off leaves the choice to staff",
  async (connection) => {
    const { page, path, ask, user } = await office(connection, {
      FORCE_TEMPORARY: "off",
    });
    const html = await (await page.get(path)).text();
    assert.match(html, /name="temporary" value="yes"[^>]*checked/);
    const set = await ask("POST", path, {
      json: { reason: "no_mailbox", temporary: false },
    });
    assert.equal(set.status, 200, set.text);
    assert.equal((await passwordOf(connection.db, user.id))?.temporary, false);
  },
);
