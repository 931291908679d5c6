import assert from "node:assert/strict";
import {
  administratorApi,
  apiClient,
  apiToken,
  newUser,
  unique,
} from "../support/api.ts";
import { ORIGIN } from "../support/app.ts";
import { testOnEach, testOnPostgres } from "../support/database.ts";
import { person } from "../support/people.ts";

testOnEach(
  "a refusal is a problem with a stable type, the request's id and an entry for each field (RFC 9457)",
  async ({ db }) => {
    const { ask } = await administratorApi(db);
    const { status, headers, json } = await ask("POST", "/users", {
      json: { username: "not ok", name: "", email: "x", foo: 1 },
    });
    assert.equal(status, 422);
    assert.equal(headers.get("content-type"), "application/problem+json");
    assert.equal(json.type, `${ORIGIN}/api/problems#invalid`);
    assert.equal(json.status, 422);
    assert.equal(json.requestId, headers.get("x-request-id"));
    assert.deepEqual(json.errors, [{
      pointer: "/foo",
      detail: "There is no such field or parameter.",
    }]);
    const fields = await ask("POST", "/users", {
      json: { username: "not ok", name: "", email: "x" },
    });
    assert.deepEqual(
      fields.json.errors.map((it: { pointer: string }) => it.pointer).sort(),
      ["/email", "/name", "/username"],
    );
  },
);

testOnEach("every answer says not to store it", async ({ db }) => {
  const { ask } = await administratorApi(db);
  for (const path of ["/me", "/nothing", "/users?x=1"]) {
    const { headers } = await ask("GET", path);
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
  }
});

testOnEach(
  "what two readers could understand differently is refused (ASVS 1.5.3)",
  async ({ db }) => {
    const { ask } = await administratorApi(db);
    const bodies = {
      "a key twice": '{"username":"a","username":"b","name":"x"}',
      "a key twice, spelt differently":
        '{"name":"a","n\\u0061me":"b","username":"x"}',
      "a key twice within":
        '{"name":"a","username":"b","attributes":{"phone":"1","phone":"2"}}',
      "no JSON": "{'name':'x'}",
      "a comment": '{"name":"a"/* */,"username":"x"}',
      "two documents": "{}{}",
      "too deep": "[".repeat(30_000) + "]".repeat(30_000),
      "two byte order marks": '\ufeff\ufeff{"name":"a","username":"x"}',
    };
    for (const [what, body] of Object.entries(bodies)) {
      const answer = await ask("POST", "/users", { body });
      assert.equal(answer.status, 400, what);
      assert.equal(answer.problem, "malformed", what);
    }
    // The same key in two objects is no key twice.
    const fine = await ask("POST", "/users", {
      body:
        `{"name":"a \\"name\\": {","username":"${unique()}","attributes":{"department":"name"}}`,
    });
    assert.equal(fine.status, 201, fine.text);
  },
);

testOnEach(
  "keys that mean something to JavaScript are unknown fields (ASVS 15.3.6)",
  async ({ db }) => {
    const { ask } = await administratorApi(db);
    for (const key of ["__proto__", "constructor", "prototype"]) {
      const answer = await ask("POST", "/users", {
        body:
          `{"username":"${unique()}","name":"x","${key}":{"disabled":true}}`,
      });
      assert.equal(answer.status, 422, key);
      const within = await ask("POST", "/users", {
        body:
          `{"username":"${unique()}","name":"x","attributes":{"${key}":"x"}}`,
      });
      assert.ok([201, 422].includes(within.status), key);
      if (within.status === 201) assert.deepEqual(within.json.attributes, {});
    }
    assert.equal(({} as Record<string, unknown>).disabled, undefined);
  },
);

testOnEach("the body's type has to be right, and its size", async ({ db }) => {
  const { ask } = await administratorApi(db);
  const body = JSON.stringify(newUser(unique()));
  for (
    const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "text/json",
    ]
  ) {
    const answer = await ask("POST", "/users", {
      body,
      headers: { "Content-Type": type },
    });
    assert.equal(answer.status, 415, type);
    assert.equal(answer.problem, "unsupported-media-type");
  }
  const large = await ask("POST", "/users", {
    json: { ...newUser(unique()), name: "x".repeat(70_000) },
  });
  assert.equal(large.status, 413);
  const none = await ask("POST", "/users");
  assert.ok([400, 415, 422].includes(none.status), String(none.status));
  const patch = await ask(
    "PATCH",
    "/users/0193cbb4-7a51-7d3e-9f0e-5a3d8f6b2c99",
    {
      json: {},
      headers: { "Content-Type": "application/json" },
    },
  );
  assert.equal(patch.status, 415);
});

testOnEach(
  "parameters that are unknown, twice or out of bounds are refused",
  async ({ db }) => {
    const { ask } = await administratorApi(db);
    for (
      const query of [
        "qurey=x",
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=2&limit=3",
        "cursor=abc",
        "state=gone",
        "staff=yes",
      ]
    ) {
      const answer = await ask("GET", `/users?${query}`);
      assert.equal(answer.status, 400, query);
      assert.ok(answer.json.errors[0].parameter, query);
    }
    for (const query of ["query=%00", "cursor=%00", "query=%ff"]) {
      const answer = await ask("GET", `/users?${query}`);
      assert.ok(
        [200, 400].includes(answer.status),
        `${query} ${answer.status}`,
      );
    }
  },
);

testOnEach(
  "HEAD answers as GET does without a body; OPTIONS and 405 tell what is allowed",
  async ({ db }) => {
    const { ask, owner } = await administratorApi(db);
    const get = await ask("GET", `/users/${owner.id}`);
    const head = await ask("HEAD", `/users/${owner.id}`);
    assert.equal(head.status, 200);
    assert.equal(head.text, "");
    assert.equal(head.headers.get("etag"), get.headers.get("etag"));
    const options = await ask("OPTIONS", `/users/${owner.id}`);
    assert.equal(options.status, 204);
    assert.equal(options.headers.get("allow"), "GET, HEAD, PATCH, OPTIONS");
    const put = await ask("PUT", `/users/${owner.id}`, { json: {} });
    assert.equal(put.status, 405);
    assert.equal(put.headers.get("allow"), "GET, HEAD, PATCH, OPTIONS");
    assert.equal((await ask("GET", "/user")).status, 404);
    assert.equal((await ask("GET", "/users/1")).status, 404);
  },
);

testOnEach(
  "a change needs the ETag of what it was made from (RFC 9110, 13.1.1; RFC 6585, 3)",
  async ({ db }) => {
    const { ask } = await administratorApi(db);
    const made = await ask("POST", "/users", { json: newUser(unique()) });
    const path = `/users/${made.json.id}`;
    const etag = made.headers.get("etag")!;
    const rename = (name: string, headers: Record<string, string>) =>
      ask("PATCH", path, { json: { name }, headers });
    assert.equal((await rename("A", {})).status, 428);
    assert.equal((await rename("A", { "If-Match": '"other"' })).status, 412);
    assert.equal((await rename("A", { "If-Match": `W/${etag}` })).status, 412);
    const changed = await rename("A", { "If-Match": `"other", ${etag}` });
    assert.equal(changed.status, 200);
    assert.notEqual(changed.headers.get("etag"), etag);
    assert.equal((await rename("B", { "If-Match": etag })).status, 412);
    assert.equal((await rename("B", { "If-Match": "*" })).status, 200);
    assert.equal(
      (await ask("PUT", `${path}/permissions`, { json: { permissions: [] } }))
        .status,
      428,
    );
  },
);

testOnPostgres(
  "of two changes made from the same version one is refused",
  async ({ db }) => {
    const { ask } = await administratorApi(db);
    const made = await ask("POST", "/users", { json: newUser(unique()) });
    for (let round = 0; round < 10; round++) {
      const now = await ask("GET", `/users/${made.json.id}`);
      const answers = await Promise.all(
        ["One", "Two"].map((it) =>
          ask("PATCH", `/users/${made.json.id}`, {
            json: { name: `${it} ${round}` },
            headers: { "If-Match": now.headers.get("etag")! },
          })
        ),
      );
      assert.deepEqual(answers.map((it) => it.status).sort(), [200, 412]);
    }
  },
);

testOnEach(
  "text that no database can hold is refused by its field",
  async ({ db }) => {
    const { ask } = await administratorApi(db);
    const subject = await person(db);
    for (const broken of ["\\ud800", "a\\u0000b", "\\udfff x"]) {
      const bodies: [string, string][] = [
        ["/users", `{"username":"${unique()}","name":"${broken}"}`],
        [
          "/users",
          `{"username":"${unique()}","name":"x","externalId":"${broken}"}`,
        ],
        [
          "/users",
          `{"username":"${unique()}","name":"x","attributes":{"department":"${broken}"}}`,
        ],
        ["/tokens", `{"name":"${broken}","scopes":["users:read"]}`],
        [
          `/users/${subject.id}/password`,
          `{"reason":"other","reasonText":"${broken}"}`,
        ],
        [
          `/users/${subject.id}/password`,
          `{"reason":"no_mailbox","password":"${broken}"}`,
        ],
        [
          `/users/${subject.id}/second-factor-removal`,
          `{"reason":"${broken}"}`,
        ],
      ];
      for (const [path, body] of bodies) {
        const answer = await ask("POST", path, { body });
        assert.equal(answer.status, 422, `${path} ${body} ${answer.text}`);
      }
    }
  },
);

testOnEach(
  "too many requests are told when to come back, each token by itself",
  async ({ db }) => {
    const { ask, owner, running } = await administratorApi(db, {
      API_REQUESTS_PER_MINUTE: "3",
    });
    for (const left of [2, 1, 0]) {
      const { status, headers } = await ask("GET", "/me");
      assert.equal(status, 200);
      assert.match(
        headers.get("ratelimit")!,
        new RegExp(`^"requests";r=${left};t=\\d+$`),
      );
      assert.equal(headers.get("ratelimit-policy"), '"requests";q=3;w=60');
    }
    const over = await ask("GET", "/me");
    assert.equal(over.status, 429);
    assert.equal(over.problem, "throttled");
    assert.match(over.headers.get("retry-after")!, /^[1-9]\d?$/);
    const other = await apiToken(db, { ownerId: owner.id });
    assert.equal(
      (await apiClient(running, other.text)("GET", "/me")).status,
      200,
    );
  },
);

testOnEach(
  "pages follow each other by cursor, in the body and as a link (RFC 8288)",
  async ({ db }) => {
    const { ask } = await administratorApi(db);
    const word = `zz${crypto.randomUUID().slice(0, 6).replace(/\d/g, "q")}`;
    for (let i = 0; i < 7; i++) {
      await person(db, { name: `Paged ${word} ${i}` });
    }
    const names: string[] = [];
    let path: string | undefined = `/users?query=${word}&limit=3`;
    let pages = 0;
    while (path) {
      const { json, headers } = await ask("GET", path);
      names.push(
        ...json.items.map((it: { user: { name: string } }) => it.user.name),
      );
      const link = headers.get("link");
      assert.equal(link === null, json.next === null);
      const next: URL | null = link
        ? new URL(link.match(/^<([^>]+)>; rel="next"$/)![1]!)
        : null;
      if (next) {
        assert.equal(next.origin, ORIGIN);
        assert.equal(next.searchParams.get("cursor"), json.next);
      }
      path = next
        ? next.pathname.replace("/api/v1", "") + next.search
        : undefined;
      pages += 1;
    }
    assert.equal(pages, 3);
    assert.equal(new Set(names).size, 7);
  },
);
