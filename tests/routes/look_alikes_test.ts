import assert from "node:assert/strict";
import { eq } from "drizzle-orm";
import { users } from "../../db/schema.ts";
import { usernameLook } from "../../db/look_alikes.ts";
import { runNextJob } from "../../services/job_worker.ts";
import { updateStoredUsers } from "../../services/stored_users.ts";
import { administratorApi, unique } from "../support/api.ts";
import { testOnEach, testOnPostgres } from "../support/database.ts";
import { jobDesk, jobOf, upload } from "../support/jobs.ts";
import { person } from "../support/people.ts";
import { provisioning } from "../support/scim.ts";
import { userDoors } from "../support/user_doors.ts";

const tag = () => crypto.randomUUID().slice(0, 8);
/** What each letter is replaced by: Cyrillic, Greek, Armenian, full width and mathematical. */
const DRAWN: [string, string][] = [
  ["mike", "mіke"],
  ["mike", "МІКЕ"],
  ["mike", "miкe"],
  ["anna.o", "аnnа.ο"],
  ["paul", "раul"],
  ["jesse", "јеѕѕе"],
  ["mіko", "miko"],
  ["αννα", "аvvа"],
];

/** For the other doors. */
const FEW = DRAWN.slice(0, 1);

testOnEach(
  "no door lets a username in that looks like somebody else's (ASVS 2.2.1; UTS 39)",
  async (connection) => {
    for (const { door, create } of await userDoors(connection)) {
      for (const [first, second] of door === "API" ? DRAWN : FEW) {
        const end = `-${tag()}`;
        const made = await create({ username: first + end, name: "First" });
        assert.ok(typeof made !== "string", `${door}: ${first}: ${made}`);
        const refused = await create({ username: second + end, name: "Other" });
        assert.ok(typeof refused === "string", `${door}: ${second}`);
        assert.match(refused, /looks the same|looks like/, door);
      }
    }
  },
);

testOnEach(
  "usernames of ASCII, and of one alphabet that reads differently, are not taken for each other",
  async ({ db }) => {
    const { ask } = await administratorApi(db);
    const end = tag();
    for (
      const username of [
        "j.bell",
        "j.bel1",
        "barnes",
        "bames",
        "вова",
        "boba",
        "oleg",
        "олег",
        "νίκος",
        "vikos",
      ]
    ) {
      const json = { username: `${username}.${end}`, name: "Somebody" };
      const { status, text } = await ask("POST", "/users", { json });
      assert.equal(status, 201, `${username}: ${text}`);
    }
  },
);

testOnEach(
  "of two in one file that look the same the second is told",
  async (connection) => {
    const { services, actor } = await jobDesk(connection);
    const end = tag();
    const names = [`pete-${end}`, `рete-${end}`, `pete2-${end}`];
    const text = names.map((username) =>
      JSON.stringify({ username, name: "Pete" })
    ).join("\n");
    const id = await upload(services, actor, text, {
      format: "ndjson",
      batch: 100,
    });
    await runNextJob(services);
    const { problems } = await jobOf(services, id);
    assert.deepEqual(problems, ["2 username looks like one that is taken"]);
  },
);

testOnEach(
  "a rename into a look-alike is refused by API and SCIM; who has one keeps it, and may change the rest",
  async ({ db }) => {
    const { ask } = await administratorApi(db);
    const { send } = await provisioning(db);
    const end = tag();
    await person(db, { username: `mike-${end}` });
    const other = await person(db, { username: `other-${end}` });
    const headers = { "If-Match": "*" };
    const renamed = await ask("PATCH", `/users/${other.id}`, {
      json: { username: `mіke-${end}` },
      headers,
    });
    assert.equal(renamed.status, 422);
    assert.match(renamed.text, /looks the same/);
    const put = await send("PUT", `/Users/${other.id}`, {
      body: { userName: `mіke-${end}`, displayName: "Other" },
    });
    assert.deepEqual([put.status, put.json.scimType], [409, "uniqueness"]);

    // As an older version let in
    const username = `mіke-${end}`;
    const before = await person(db, { username, email: null });
    const changed = await ask("PATCH", `/users/${before.id}`, {
      json: { name: "Another Name" },
      headers,
    });
    assert.equal(changed.status, 200, changed.text);
  },
);

testOnEach(
  "usernames that were stored before there were looks get theirs, and those that collide stay",
  async ({ db }) => {
    const end = tag();
    const some = [`mike-${end}`, `mіke-${end}`, `міко-${end}`];
    for (const username of some) {
      const { id } = await person(db, { username });
      await db.update(users).set({ usernameLook: null }).where(
        eq(users.id, id),
      );
    }
    const lookOf = async (username: string) =>
      (await db.select().from(users).where(eq(users.username, username)))[0]!
        .usernameLook;
    await updateStoredUsers({ db, log: () => {} });
    assert.deepEqual(await Promise.all(some.map(lookOf)), [
      null,
      usernameLook(some[1]!),
      usernameLook(some[2]!),
    ]);
    const { ask } = await administratorApi(db);
    const json = { username: `mikе-${end}`, name: "Third" };
    assert.equal((await ask("POST", "/users", { json })).status, 422);
  },
);

testOnPostgres(
  "of many who ask for one look at once, one gets it (ASVS 2.3.4)",
  async ({ db }) => {
    const { ask } = await administratorApi(db);
    const end = unique();
    const letters = ["mike", "mіke", "miке", "mikе", "mіkе", "mіке"];
    const answers = await Promise.all(
      letters.map((it) =>
        ask("POST", "/users", {
          json: { username: `${it}-${end}`, name: "Mike" },
        })
      ),
    );
    const statuses = answers.map((it) => it.status).sort();
    assert.deepEqual(statuses, [201, 422, 422, 422, 422, 422]);
  },
);
