import assert from "node:assert/strict";
import { and, eq } from "drizzle-orm";
import { parse } from "csv-parse/sync";
import { auditEvents } from "../../db/schema.ts";
import type { Scope } from "../../db/schema_programs.ts";
import { insertUsers } from "../../db/users.ts";
import { runNextJob } from "../../services/job_worker.ts";
import { v7 as uuidv7 } from "uuid";
import { apiClient, apiToken } from "../support/api.ts";
import { program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { passwordOf } from "../support/rows.ts";
import { userOf } from "../support/jobs.ts";

type Connection = Parameters<Parameters<typeof testOnEach>[1]>[0];

const CSV = { "Content-Type": "text/csv" };
const BCRYPT = "$2b$05$7JFti0fkDVwYqy8poxolX.BttNGPN.HcW80ik8tkrtVxURbIBvlbu";

async function desk(connection: Connection, scopes?: Scope[]) {
  const running = program(connection);
  const staff = await person(connection.db, {
    permissions: ["user_management"],
  });
  const { text } = await apiToken(connection.db, {
    ownerId: staff.id,
    ...(scopes && { scopes }),
  });
  return { ...running, staff, call: apiClient(running, text) };
}

testOnEach(
  "a program uploads a file, follows the job, and reads what is wrong, page by page",
  async (connection) => {
    const { services, call } = await desk(connection);
    const name = `api-${uuidv7()}`;
    const asked = await call("POST", "/imports?dry_run=true", {
      body: `username,name,email\n${name},N,bad\n${name}2,,\n`,
      headers: CSV,
    });
    assert.equal(asked.status, 202);
    assert.deepEqual([asked.json.kind, asked.json.state, asked.json.dryRun], [
      "import",
      "queued",
      true,
    ]);
    const path = asked.headers.get("location")!.replace("/api/v1", "");
    await runNextJob(services);
    const job = await call("GET", path);
    assert.deepEqual([job.json.state, job.json.read, job.json.refused], [
      "done",
      2,
      2,
    ]);
    const first = await call("GET", `${path}/problems?limit=1`);
    assert.deepEqual(first.json.items, [
      { line: 2, field: "email", problem: "is no email" },
    ]);
    const cursor = encodeURIComponent(first.json.next);
    const second = await call("GET", `${path}/problems?cursor=${cursor}`);
    assert.deepEqual(second.json, {
      items: [{ line: 3, field: "name", problem: "is missing" }],
      next: null,
    });
    const nul = await call("GET", `${path}/problems?cursor=1.%00`);
    assert.equal(nul.problem, "malformed");
    const long = encodeURIComponent(`2.${"\u{1F600}".repeat(60)}`);
    const behind = await call("GET", `${path}/problems?cursor=${long}`);
    assert.deepEqual(behind.json.items, second.json.items);
    const jobs = await call("GET", "/jobs?limit=1");
    assert.equal(jobs.json.items[0].id, job.json.id);
    const over = await call("POST", `${path}/cancellation`);
    assert.equal(over.problem, "job-over");
  },
);

testOnEach(
  "an upload of another type, with nothing in it, or without the permission is refused",
  async (connection) => {
    const { call } = await desk(connection);
    const json = await call("POST", "/imports", { json: [] });
    assert.equal(json.status, 415);
    const empty = await call("POST", "/imports", { headers: CSV });
    assert.equal(empty.status, 422);
    const reader = await desk(connection, ["users:read"]);
    const refused = await reader.call("POST", "/imports", {
      body: "username,name\n",
      headers: CSV,
    });
    assert.equal(refused.problem, "missing-scope");
  },
);

testOnEach(
  "new passwords are required of a list, once for each Idempotency-Key",
  async (connection) => {
    const { db } = connection;
    const { services, call } = await desk(connection);
    const user = await person(db);
    const ask = () =>
      call("POST", "/password-requirements", {
        json: { userIds: [user.id] },
        headers: { "Idempotency-Key": `once-${user.id}` },
      });
    const [first, again] = [await ask(), await ask()];
    assert.equal(first.status, 202);
    assert.equal(again.json.id, first.json.id);
    await runNextJob(services);
    assert.equal((await passwordOf(db, user.id))!.temporary, true);
    const listed = async (length: number) => {
      const userIds = Array.from({ length }, () => uuidv7());
      const json = { userIds };
      return (await call("POST", "/password-requirements", { json })).status;
    };
    assert.deepEqual(
      [await listed(0), await listed(1_000), await listed(1_001)],
      [422, 202, 422],
    );
    await runNextJob(services);
  },
);

testOnEach(
  "an export is safe in a spreadsheet, holds no hash, is recorded, and an import reads it back",
  async (connection) => {
    const { db } = connection;
    const { services, call, staff } = await desk(connection);
    const username = `export-${uuidv7()}`;
    await insertUsers(db, [{
      id: uuidv7(),
      username,
      name: '=HYPERLINK("evil"), Anna',
      email: null,
      attributes: { phone: "+49 30 1234567", department: "-1" },
    }]);
    const csv = await call("GET", "/exports/users?format=csv");
    assert.equal(csv.status, 200);
    assert.match(csv.headers.get("content-type")!, /^text\/csv/);
    assert.ok(csv.text.split("\r\n").length > 2);
    assert.ok(!csv.text.includes("$argon2"));
    const rows = parse(csv.text, { columns: true }) as Record<string, string>[];
    const row = rows.find((it) => it.username === username)!;
    assert.equal(row.name, `'=HYPERLINK("evil"), Anna`);
    assert.equal(row["attributes.phone"], "'+49 30 1234567");
    for (const cell of rows.flatMap((it) => Object.values(it))) {
      assert.doesNotMatch(cell, /^[=+\-@\t\r]/);
    }
    const ndjson = await call("GET", "/exports/users", {
      headers: { Accept: "application/x-ndjson" },
    });
    const users = ndjson.text.trimEnd().split("\n").map((it) => JSON.parse(it));
    assert.equal(users.length, rows.length);
    const events = await db.select().from(auditEvents)
      .where(eq(auditEvents.actorId, staff.id));
    assert.deepEqual(
      events.filter((it) => it.event === "users_exported")
        .map((it) => it.detail.format),
      ["csv", "ndjson"],
    );
    const neither = await call("GET", "/exports/users", {
      headers: { Accept: "image/png" },
    });
    assert.equal(neither.status, 406);

    const copy = `${username}-copy`;
    const [header] = csv.text.split("\r\n");
    const line = csv.text.split("\r\n").find((it) => it.includes(username))!;
    await call("POST", "/imports", {
      body: `${header}\r\n${line.replace(username, copy)}\r\n`,
      headers: CSV,
    });
    await runNextJob(services);
    const user = (await userOf(db, copy))!;
    assert.equal(user.name, '=HYPERLINK("evil"), Anna');
    assert.deepEqual(user.attributes, {
      phone: "+49 30 1234567",
      department: "-1",
    });
  },
);

testOnEach(
  "hashes by a token without passwords:set stop the import, and that is recorded",
  async (connection) => {
    const { db } = connection;
    const { services, call, staff } = await desk(connection, [
      "users:write",
      "users:read",
    ]);
    const username = `hash-${uuidv7()}`;
    const asked = await call("POST", "/imports", {
      body: JSON.stringify({ username, name: "N", password_hash: BCRYPT }),
      headers: { "Content-Type": "application/x-ndjson" },
    });
    await runNextJob(services);
    const job = await call("GET", `/jobs/${asked.json.id}`);
    assert.equal(job.json.state, "failed");
    assert.equal(job.json.failure, "The token lacks the scope passwords:set.");
    assert.equal(await userOf(db, username), undefined);
    const events = await db.select().from(auditEvents).where(and(
      eq(auditEvents.actorId, staff.id),
      eq(auditEvents.event, "authz_fail"),
    ));
    const detail = events.map(({ detail: { by_token: _, ...rest } }) => rest);
    assert.deepEqual(detail, [{
      action: "set_password",
      reason: "missing_scope",
      scope: "passwords:set",
      job: asked.json.id,
    }]);
  },
);
