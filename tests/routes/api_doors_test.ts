import assert from "node:assert/strict";
import { createApi } from "../../routes/api/api.ts";
import type { Permission } from "../../services/context.ts";
import { type Scope, SCOPES } from "../../db/schema_programs.ts";
import { apiClient, apiToken } from "../support/api.ts";
import { browser, ORIGIN, type Program, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { setDisabled } from "../../db/users.ts";
import { revokeApiToken } from "../../db/api_tokens.ts";
import { requireNewPasswords } from "../../db/passwords.ts";
import type { Database } from "../../db/client.ts";

/** What each operation takes: a scope, and one of these permissions. */
const DOORS: Record<
  string,
  { scope: Scope; permissions: Permission[] } | null
> = {
  "GET /me": null, // any token
  "GET /users": {
    scope: "users:read",
    permissions: ["user_management", "administration"],
  },
  "POST /users": { scope: "users:write", permissions: ["user_management"] },
  "GET /users/{id}": {
    scope: "users:read",
    permissions: ["user_management", "administration"],
  },
  "PATCH /users/{id}": {
    scope: "users:write",
    permissions: ["user_management"],
  },
  "PUT /users/{id}/disablement": {
    scope: "users:write",
    permissions: ["user_management"],
  },
  "DELETE /users/{id}/disablement": {
    scope: "users:write",
    permissions: ["user_management"],
  },
  "PUT /users/{id}/permissions": {
    scope: "permissions:write",
    permissions: ["administration"],
  },
  "POST /users/{id}/password": {
    scope: "passwords:set",
    permissions: ["user_management"],
  },
  "POST /users/{id}/reset-links": {
    scope: "passwords:set",
    permissions: ["user_management"],
  },
  "POST /users/{id}/second-factor-removal": {
    scope: "passwords:set",
    permissions: ["user_management"],
  },
  "GET /users/{id}/sessions": {
    scope: "users:read",
    permissions: ["user_management"],
  },
  "DELETE /users/{id}/sessions": {
    scope: "sessions:end",
    permissions: ["user_management"],
  },
  "DELETE /users/{id}/sessions/{session}": {
    scope: "sessions:end",
    permissions: ["user_management"],
  },
  "POST /imports": { scope: "users:write", permissions: ["user_management"] },
  "POST /password-requirements": {
    scope: "passwords:set",
    permissions: ["user_management"],
  },
  "GET /exports/users": {
    scope: "users:read",
    permissions: ["user_management"],
  },
  "GET /jobs": {
    scope: "users:read",
    permissions: ["user_management", "administration"],
  },
  "GET /jobs/{id}": {
    scope: "users:read",
    permissions: ["user_management", "administration"],
  },
  "GET /jobs/{id}/problems": {
    scope: "users:read",
    permissions: ["user_management", "administration"],
  },
  "POST /jobs/{id}/cancellation": {
    scope: "users:write",
    permissions: ["user_management", "administration"],
  },
  "DELETE /sessions": {
    scope: "sessions:end",
    permissions: ["administration"],
  },
  "GET /audit-events": { scope: "audit:read", permissions: ["audit_log"] },
  "GET /audit-events/stream": {
    scope: "audit:read",
    permissions: ["audit_log"],
  },
  "GET /tokens": {
    scope: "tokens:manage",
    permissions: ["administration"],
  },
  "POST /tokens": {
    scope: "tokens:manage",
    permissions: ["administration"],
  },
  "DELETE /tokens/{id}": {
    scope: "tokens:manage",
    permissions: ["administration"],
  },
};
const OPERATIONS = Object.keys(DOORS);
const ALL: Permission[] = ["administration", "audit_log", "user_management"];
const NOBODY = "0193cbb4-7a51-7d3e-9f0e-5a3d8f6b2c99";

/** Knocks on every operation; which of them let the caller in, whatever they then make of an empty body. */
async function knock(
  send: (method: string, path: string) => Promise<{ status: number }>,
): Promise<string[]> {
  const open: string[] = [];
  for (const operation of OPERATIONS) {
    const [method, path] = operation.split(" ") as [string, string];
    const { status } = await send(method, path.replace(/\{\w+\}/g, NOBODY));
    assert.ok(status < 500, `${operation} answers ${status}`);
    if (status !== 401 && status !== 403) open.push(operation);
  }
  return open;
}

function knockWith(running: Program, token: string | undefined) {
  const ask = apiClient(running, token);
  return knock((method, path) =>
    ask(method, path, method === "GET" ? {} : { body: "" })
  );
}

async function owned(
  db: Database,
  { holds = ALL, scopes, days }: {
    holds?: Permission[];
    scopes?: Scope[];
    days?: number;
  } = {},
) {
  const owner = await person(db, { permissions: holds });
  const token = await apiToken(db, {
    ownerId: owner.id,
    ...(scopes && { scopes }),
    ...(days && { days }),
  });
  return { owner, token };
}

Deno.test("every operation of the contract has its door", () => {
  const { paths } = createApi().contract;
  const described = Object.entries(paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as object).map(([method, it]) => [
      `${method.toUpperCase()} ${path}`,
      it["x-scope"]
        ? { scope: it["x-scope"], permissions: it["x-permissions"] }
        : null,
    ])
  );
  assert.deepEqual(Object.fromEntries(described), DOORS);
});

testOnEach("without a token every operation is shut", async ({ db }) => {
  assert.deepEqual(await knockWith(program({ db }), undefined), []);
});

testOnEach("what is no token of ours opens nothing", async ({ db }) => {
  const running = program({ db });
  const { token } = await owned(db);
  const other = `${token.text.slice(0, -1)}${
    token.text.endsWith("A") ? "B" : "A"
  }`;
  for (const text of [other, "passdesk_", "x", token.text.slice(9)]) {
    assert.deepEqual(await knockWith(running, text), []);
  }
});

for (const scope of SCOPES) {
  testOnEach(
    `a token for ${scope} opens what that names (ASVS 8.2.1)`,
    async ({ db }) => {
      const { token } = await owned(db, { scopes: [scope] });
      assert.deepEqual(
        await knockWith(program({ db }), token.text),
        OPERATIONS.filter((it) => !DOORS[it] || DOORS[it].scope === scope),
      );
    },
  );
}

for (const holds of [[], ...ALL.map((it) => [it])]) {
  testOnEach(
    `a token with all scopes does no more than its owner, who holds ${
      holds[0] ?? "nothing"
    } (ASVS 8.3.3)`,
    async ({ db }) => {
      const { token } = await owned(db, { holds });
      assert.deepEqual(
        await knockWith(program({ db }), token.text),
        OPERATIONS.filter((it) =>
          !DOORS[it] ||
          DOORS[it].permissions.some((held) => holds.includes(held))
        ),
      );
    },
  );
}

testOnEach("an expired or revoked token opens nothing", async ({ db }) => {
  const running = program({ db });
  const expired = await owned(db, { days: -1 });
  assert.deepEqual(await knockWith(running, expired.token.text), []);
  const { token } = await owned(db);
  await revokeApiToken(db, { id: token.id });
  assert.deepEqual(await knockWith(running, token.text), []);
});

testOnEach(
  "owners who are disabled, or have to change their password, are told so by type",
  async ({ db }) => {
    const running = program({ db });
    const disabled = await owned(db);
    await setDisabled(db, { id: disabled.owner.id, disabled: true });
    const forced = await owned(db);
    await requireNewPasswords(db, [forced.owner.id]);
    for (
      const [{ token }, type] of [
        [disabled, "owner-disabled"],
        [forced, "owner-must-change-password"],
      ] as const
    ) {
      assert.deepEqual(await knockWith(running, token.text), []);
      const said = await apiClient(running, token.text)("GET", "/me");
      assert.equal(said.status, 403);
      assert.equal(said.problem, type);
    }
  },
);

testOnEach(
  "an owner without the second factor that is asked for is told so by type",
  async ({ db }) => {
    const running = program({ db }, { REQUIRE_2FA: "staff" });
    const { token } = await owned(db);
    assert.deepEqual(await knockWith(running, token.text), []);
    const said = await apiClient(running, token.text)("GET", "/me");
    assert.equal(said.problem, "owner-must-enrol");
  },
);

for (
  const [what, headers, opens] of [
    ["our Origin", { Origin: ORIGIN, "Sec-Fetch-Site": "same-origin" }, true],
    ["no Origin", {}, false],
    ["the Origin of another site", { Origin: "https://evil.example" }, false],
    [
      "a cross-site request",
      { Origin: ORIGIN, "Sec-Fetch-Site": "cross-site" },
      false,
    ],
  ] as const
) {
  testOnEach(
    `a session's cookie with ${what} ${
      opens ? "opens what its user may" : "changes nothing"
    } (ASVS 3.5.1)`,
    async ({ db }) => {
      const running = program({ db });
      const visitor = browser(running);
      await visitor.signIn(await person(db, { permissions: ALL }));
      const open = await knock((method, path) =>
        visitor.send(method, `/api/v1${path}`, { headers })
      );
      assert.deepEqual(
        open,
        OPERATIONS.filter((it) => opens || it.startsWith("GET")),
      );
    },
  );
}

testOnEach(
  "a session with a temporary password opens nothing",
  async ({ db }) => {
    const running = program({ db });
    const visitor = browser(running);
    await visitor.signIn(
      await person(db, { temporary: true, permissions: ALL }),
    );
    const headers = { Origin: ORIGIN };
    assert.deepEqual(
      await knock((method, path) =>
        visitor.send(method, `/api/v1${path}`, { headers })
      ),
      [],
    );
  },
);
