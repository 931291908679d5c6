import assert from "node:assert/strict";
import { listProblems } from "../../db/jobs.ts";
import { runNextJob } from "../../services/job_worker.ts";
import type { Permission, Scope } from "../../services/context.ts";
import type { Connection } from "../../db/client.ts";
import { apiClient, apiToken, unique } from "../support/api.ts";
import { program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";

const CSV = { "Content-Type": "text/csv" };

/** Several people's clients of one program. */
function office(connection: Pick<Connection, "db">) {
  const running = program(connection);
  return {
    ...running,
    client: async (permissions: Permission[], scopes?: Scope[]) => {
      const owner = await person(connection.db, { permissions });
      const { text } = await apiToken(connection.db, {
        ownerId: owner.id,
        ...(scopes && { scopes }),
      });
      return apiClient(running, text);
    },
  };
}

testOnEach(
  "staff cancel their own jobs; a colleague's or an administrator's takes Administration",
  async (connection) => {
    const { client } = office(connection);
    const administrator = await client(["administration", "user_management"]);
    const colleague = await client(["user_management"]);
    const staff = await client(["user_management"]);
    const start = async (by: typeof staff) => {
      const { json } = await by("POST", "/imports", {
        body: `username,name\n${unique()},N\n`,
        headers: CSV,
      });
      return `/jobs/${json.id}/cancellation`;
    };
    const [theirs, hers] = [await start(administrator), await start(colleague)];
    for (const path of [theirs, hers]) {
      const refused = await staff("POST", path);
      assert.equal(refused.status, 403, refused.text);
      assert.equal(refused.problem, "missing-permission");
      assert.match(refused.json.detail, /Administration/);
    }
    assert.equal((await staff("POST", await start(staff))).status, 200);
    const alone = await client(["administration"]);
    assert.equal((await alone("POST", theirs)).status, 200);
    assert.equal((await administrator("POST", hers)).status, 200);

    const asked = await colleague("POST", "/password-requirements", {
      json: { userIds: [crypto.randomUUID()] },
    });
    const path = `/jobs/${asked.json.id}/cancellation`;
    const narrow = await client(["administration"], ["users:write"]);
    const lacking = await narrow("POST", path);
    assert.equal(lacking.problem, "missing-scope");
    assert.match(lacking.json.detail, /passwords:set/);
    assert.equal((await alone("POST", path)).status, 200);
  },
);

testOnEach(
  "what is wrong with a file is told to who uploaded it, and to Administration",
  async (connection) => {
    const { client, services } = office(connection);
    const staff = await client(["user_management"]);
    const { json } = await staff("POST", "/imports", {
      body: "username,name,email\na.b,N,bad\n",
      headers: CSV,
    });
    await runNextJob(services);
    const { id } = json;
    assert.equal(
      (await listProblems(connection.db, { jobId: id, limit: 9 })).length,
      1,
    );
    const path = `/jobs/${id}/problems`;
    assert.equal((await staff("GET", path)).json.items.length, 1);
    const colleague = await client(["user_management"]);
    assert.equal((await colleague("GET", `/jobs/${id}`)).status, 200);
    const refused = await colleague("GET", path);
    assert.equal(refused.status, 403);
    assert.equal(refused.problem, "missing-permission");
    const administrator = await client(["administration"]);
    assert.equal((await administrator("GET", path)).json.items.length, 1);
  },
);
