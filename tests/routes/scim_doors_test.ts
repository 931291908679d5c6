import assert from "node:assert/strict";
import { revokeApiTokens } from "../../db/api_tokens.ts";
import { replacePermissions } from "../../db/permissions.ts";
import { setDisabled } from "../../db/users.ts";
import type { Permission, Scope } from "../../services/context.ts";
import { browser, ORIGIN, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import {
  newcomer,
  patch,
  provider,
  PROVISIONING,
  scimToken,
} from "../support/scim.ts";

const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";
const READS = [
  "GET /Users",
  "GET /Users/:id",
];
const WRITES = [
  "POST /Users",
  "PUT /Users/:id",
  "PATCH /Users/:id",
  "DELETE /Users/:id",
];
const TOLD = [
  "GET /ServiceProviderConfig",
  "GET /ResourceTypes",
  "GET /ResourceTypes/User",
  "GET /Schemas",
];
const PASSWORDS = ["POST /Users with a password", "PATCH /Users/:id with one"];
const PASSWORD = "heron walks on copper 93";

const DOORS: {
  who: string;
  scopes: Scope[];
  permissions: Permission[];
  open: string[];
}[] = [
  {
    who: "a token that may read",
    scopes: ["users:read"],
    permissions: ["user_management"],
    open: [...TOLD, ...READS],
  },
  {
    who: "a token that may read, of an administrator",
    scopes: PROVISIONING,
    permissions: ["administration"],
    open: [...TOLD, ...READS],
  },
  {
    who: "a token that may write",
    scopes: ["users:write"],
    permissions: ["user_management"],
    open: [...TOLD, ...WRITES],
  },
  {
    who: "a token that may set passwords",
    scopes: ["passwords:set"],
    permissions: ["user_management"],
    open: TOLD,
  },
  {
    who: "a token for something else",
    scopes: ["audit:read", "sessions:end", "tokens:manage"],
    permissions: ["user_management", "administration", "audit_log"],
    open: TOLD,
  },
  {
    who: "a token that may write and set passwords",
    scopes: [...PROVISIONING, "passwords:set"],
    permissions: ["user_management"],
    open: [...TOLD, ...READS, ...WRITES, ...PASSWORDS],
  },
  {
    who: "a token of somebody who holds nothing",
    scopes: [...PROVISIONING, "passwords:set"],
    permissions: [],
    open: TOLD,
  },
];

for (const { who, scopes, permissions, open } of DOORS) {
  testOnEach(
    `${who} gets through these SCIM doors and no others (ASVS 8.2.1)`,
    async ({ db }) => {
      const running = program({ db });
      const token = await scimToken(db, { scopes, permissions });
      const send = provider(running, token.text);
      const opened: string[] = [];
      const doors = [...TOLD, ...READS, ...WRITES, ...PASSWORDS];
      for (const door of doors) {
        const { id } = await person(db);
        const { status, json } = await knock(send, door, id);
        if (status === 403) assert.deepEqual(json.schemas, [ERROR]);
        else {
          assert.ok(status < 300, `${door}: ${status}`);
          opened.push(door);
        }
      }
      assert.deepEqual(opened, open);
    },
  );
}

async function knock(
  send: ReturnType<typeof provider>,
  door: string,
  id: string,
) {
  const [method, path] = door.replace(":id", id).split(" ");
  const password = door.includes("with") ? { password: PASSWORD } : {};
  switch (method) {
    case "POST":
      return await send("POST", path!, {
        body: { ...newcomer(), ...password },
      });
    case "PUT":
      return await send("PUT", path!, { body: { displayName: "Somebody" } });
    case "PATCH":
      return await send("PATCH", path!, {
        body: patch({
          op: "replace",
          value: { displayName: "Somebody", ...password },
        }),
      });
    default:
      return await send(method!, path!);
  }
}

testOnEach(
  "every registered SCIM route is knocked on, and without a token all are shut",
  async ({ db }) => {
    const running = program({ db });
    const routes = running.app.routes
      .filter((it) => it.method !== "ALL" && it.path.startsWith("/scim/"))
      .map((it) => `${it.method} ${it.path.replace("/scim/v2", "")}`);
    assert.deepEqual(
      [...new Set(routes)].sort(),
      [...TOLD, ...READS, ...WRITES, "GET /Schemas/:urn"].sort(),
    );
    const { id } = await person(db);
    for (const route of routes) {
      const { status, headers, json } = await knock(
        provider(running),
        route,
        id,
      );
      assert.equal(status, 401, route);
      assert.deepEqual([json.schemas, json.status], [[ERROR], "401"]);
      assert.match(headers.get("www-authenticate")!, /^Bearer /);
      assert.equal(headers.get("content-type"), "application/scim+json");
    }
  },
);

testOnEach(
  "a token that is over, revoked, or wrong opens nothing, nor one whose owner lost the right",
  async ({ db }) => {
    const running = program({ db });
    const status = async (token: string) =>
      (await provider(running, token)("GET", "/Users")).status;

    const over = await scimToken(db, { days: -1 });
    assert.equal(await status(over.text), 401);
    const revoked = await scimToken(db);
    assert.equal(await status(revoked.text), 200);
    await revokeApiTokens(db, { ownerIds: [revoked.owner.id] });
    assert.equal(await status(revoked.text), 401);
    assert.equal(await status(`${(await scimToken(db)).text}x`), 401);
    assert.equal(await status("passdesk_nothing"), 401);

    const lost = await scimToken(db);
    await replacePermissions(db, {
      userId: lost.owner.id,
      granted: [],
      taken: ["user_management"],
      grantedBy: null,
    });
    assert.equal(await status(lost.text), 403);
    const disabled = await scimToken(db);
    await setDisabled(db, { id: disabled.owner.id, disabled: true });
    assert.equal(await status(disabled.text), 403);
    const forced = await scimToken(db, {
      owner: await person(db, {
        permissions: ["user_management"],
        temporary: true,
      }),
    });
    assert.equal(await status(forced.text), 403);
    const strict = program({ db }, { REQUIRE_2FA: "all" });
    const owing = await scimToken(db);
    const refused = await provider(strict, owing.text)("GET", "/Users");
    assert.equal(refused.status, 403);
    assert.match(refused.json.detail, /second factor/);
  },
);

testOnEach(
  "a session's cookie opens nothing: a provider is a program",
  async ({ db }) => {
    const running = program({ db });
    const visitor = browser(running);
    await visitor.signIn(
      await person(db, { permissions: ["user_management"] }),
    );
    const response = await visitor.send("GET", "/scim/v2/Users", {
      headers: { Origin: ORIGIN, "Sec-Fetch-Site": "same-origin" },
    });
    assert.equal(response.status, 401);
  },
);

testOnEach(
  "a token shares its allowance with the JSON API, and is told in SCIM's form when it is used up",
  async ({ db }) => {
    const running = program({ db }, { API_REQUESTS_PER_MINUTE: "2" });
    const token = await scimToken(db);
    const send = provider(running, token.text);
    assert.equal((await send("GET", "/Schemas")).status, 200);
    assert.equal((await send("GET", "/Schemas")).status, 200);
    const { status, headers, json } = await send("GET", "/Schemas");
    assert.deepEqual([status, json.schemas], [429, [ERROR]]);
    assert.ok(Number(headers.get("retry-after")) > 0);
  },
);
