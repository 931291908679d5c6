import assert from "node:assert/strict";
import { createApi } from "../../routes/api/api.ts";
import { apiToken } from "../support/api.ts";
import { leaveOut, onPath } from "../support/browser.ts";
import { person } from "../support/people.ts";
import { serve } from "../support/server.ts";
import { specmatic } from "./specmatic.ts";

/** What a valid request of an operation has, beside its path. */
interface Valid {
  status?: number;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: unknown;
  /** Of the body, if not JSON. */
  type?: string;
}

const ANY_VERSION = { "if-match": "*" };

const VALID: Record<string, Valid> = {
  "GET /me": {},
  "GET /users": { query: { query: "zoe", limit: "5" } },
  "POST /users": {
    status: 201,
    body: { username: "made.by.specmatic", name: "Made" },
  },
  "GET /users/{id}": {},
  "PATCH /users/{id}": { headers: ANY_VERSION, body: { name: "Other" } },
  "PUT /users/{id}/disablement": {},
  "DELETE /users/{id}/disablement": {},
  "PUT /users/{id}/permissions": {
    headers: ANY_VERSION,
    body: { permissions: ["audit_log"] },
  },
  "POST /users/{id}/password": { body: { reason: "no_mailbox" } },
  "POST /users/{id}/reset-links": { status: 202 },
  "POST /users/{id}/second-factor-removal": {
    status: 204,
    body: { reason: "called back" },
  },
  "GET /users/{id}/sessions": {},
  "DELETE /users/{id}/sessions": {},
  "DELETE /sessions": {},
  "DELETE /users/{id}/sessions/{session}": {},
  "GET /audit-events": { query: { event: "user_created" } },
  "GET /audit-events/stream": {},
  "GET /tokens": {},
  "POST /tokens": {
    status: 201,
    body: { name: "made", scopes: ["users:read"] },
  },
  "DELETE /tokens/{id}": { status: 204 },
  "POST /imports": {
    status: 202,
    type: "text/csv",
    body: "username,name\nby.specmatic,By Specmatic\n",
  },
  "POST /password-requirements": {
    status: 202,
    body: { filter: { state: "disabled" } },
  },
  "GET /exports/users": { query: { format: "csv" } },
  "GET /jobs": {},
  "GET /jobs/{id}": {},
  "GET /jobs/{id}/problems": {},
  "POST /jobs/{id}/cancellation": {},
};

type Contract = ReturnType<typeof contract>;

/** As the tool can read it: it knows no cookies, and the token is put in on the way. */
function contract() {
  const { paths, components, ...rest } = JSON.parse(
    JSON.stringify(createApi().contract),
  );
  delete components.securitySchemes;
  for (const item of Object.values<object>(paths)) {
    for (const it of Object.values(item)) delete it.security;
  }
  return { ...rest, paths, components };
}

const java = (await onPath("java"))[0];
if (!java) leaveOut("Specmatic: there is no java on this machine");

/** The running program, and what it answered to which operation. */
async function serveContract(described: Contract) {
  const answers: { operation: string; status: number; type: string }[] = [];
  const routes = Object.keys(described.paths).map((path) => ({
    path,
    pattern: new RegExp(`^/api/v1${path.replace(/\{\w+\}/g, "[^/]+")}$`),
  }));
  let token = "";
  const site = await serve({
    environment: { API_REQUESTS_PER_MINUTE: "1000000" },
    around: async (request, answer) => {
      const headers = new Headers(request.headers);
      headers.set("Authorization", `Bearer ${token}`);
      const { method, url } = request;
      const body = await request.arrayBuffer();
      const response = await answer(
        new Request(url, {
          method,
          headers,
          ...(body.byteLength > 0 && { body }),
        }),
      );
      const { pathname } = new URL(request.url);
      const route = routes.find((it) => it.pattern.test(pathname));
      answers.push({
        operation: `${request.method} ${route?.path}`,
        status: response.status,
        type: response.headers.get("content-type")?.split(";")[0] ?? "",
      });
      return response;
    },
  });
  const owner = await person(site.db, {
    permissions: ["administration", "audit_log", "user_management"],
  });
  token = (await apiToken(site.db, { ownerId: owner.id })).text;
  return { site, owner, answers };
}

const JSON_TYPE = "application/json";
const MERGE_PATCH = "application/merge-patch+json";

/** The id of what the path is about: a token, a job or a user of its own. */
async function somethingAt(
  path: string,
  { site, owner }: Awaited<ReturnType<typeof serveContract>>,
): Promise<string> {
  if (path.startsWith("/tokens/")) {
    return (await apiToken(site.db, { ownerId: owner.id })).id;
  }
  if (!path.startsWith("/jobs/")) return (await person(site.db)).id;
  const made = await fetch(`${site.origin}/api/v1/password-requirements`, {
    method: "POST",
    headers: { "Content-Type": JSON_TYPE },
    body: JSON.stringify({ filter: { state: "disabled" } }),
  });
  return (await made.json()).id;
}

async function validRequests(
  described: Contract,
  served: Awaited<ReturnType<typeof serveContract>>,
) {
  const examples = [];
  for (const [operation, valid] of Object.entries(VALID)) {
    const [method, path] = operation.split(" ") as [string, string];
    const { status = 200, query, headers, body } = valid;
    const { type: sent = method === "PATCH" ? MERGE_PATCH : JSON_TYPE } = valid;
    const id = await somethingAt(path, served);
    const [content] = Object.entries<
      { schema: { $ref?: string }; example?: unknown }
    >(
      described.paths[path][method.toLowerCase()].responses[status].content ??
        {},
    );
    const [type, media] = content ?? [];
    const schema = media?.schema.$ref?.split("/").at(-1);
    examples.push({
      "http-request": {
        method,
        path: path.replace("{id}", id).replace("{session}", id),
        ...(query && { query }),
        headers: {
          ...headers,
          ...(body !== undefined && {
            "Content-Type": sent,
          }),
        },
        ...(body !== undefined && { body }),
      },
      "http-response": {
        status,
        ...(type && {
          headers: { "Content-Type": type },
          body: schema
            ? described.components.schemas[schema].example
            : media!.example,
        }),
      },
    });
  }
  return examples;
}

Deno.test("Specmatic: every operation answers a valid request as described, and refuses generated ones as described", async () => {
  if (!java) return;
  const described = contract();
  const served = await serveContract(described);
  const { site, answers } = served;
  const operations = Object.entries<object>(described.paths).flatMap((
    [path, item],
  ) => Object.keys(item).map((it) => `${it.toUpperCase()} ${path}`));
  assert.deepEqual(Object.keys(VALID).sort(), operations.sort());

  const run = {
    java,
    contract: described,
    examples: await validRequests(described, served),
    baseUrl: `${site.origin}/api/v1`,
  };
  const valid = await specmatic({ ...run, generate: false });
  assert.deepEqual(valid.failed, []);
  assert.equal(valid.passed.length, operations.length);

  // Generated requests that it takes for valid may still be refused: it can't know who exists, or our policy.
  const generated = await specmatic({ ...run, generate: true });
  assert.deepEqual(generated.failed.filter((it) => it.includes("-ve")), []);
  assert.ok(generated.passed.some((it) => it.includes("-ve")));
  assert.deepEqual(
    [...new Set(answers.flatMap((it) => undescribed(described, it)))],
    [],
  );
  await site.close();
});

/** What an answer has that its operation doesn't tell of. */
function undescribed(
  { paths }: Contract,
  { operation, status, type }: {
    operation: string;
    status: number;
    type: string;
  },
): string[] {
  const [method, path] = operation.split(" ") as [string, string];
  const said = paths[path]?.[method.toLowerCase()]?.responses[status];
  // A method or an address that the tool made up.
  if (!paths[path]?.[method.toLowerCase()] && status < 500) return [];
  const types = Object.keys(said?.content ?? {});
  const right = types.length === 0 ? type === "" : types.includes(type);
  return said && right ? [] : [`${operation} ${status} ${type}`];
}
