import assert from "node:assert/strict";
import { program } from "../support/app.ts";
import { testOnEach, testOnPostgres } from "../support/database.ts";
import {
  CORE,
  ENTERPRISE,
  newcomer,
  patch,
  provider,
  PROVISIONING,
  scimToken,
} from "../support/scim.ts";

const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";

testOnEach(
  "a body that is not as it has to be is refused in SCIM's form, and changes nothing",
  async ({ db }) => {
    const running = program({ db });
    const token = await scimToken(db, {
      scopes: [...PROVISIONING, "passwords:set"],
    });
    const send = provider(running, token.text);
    const { json: user } = await send("POST", "/Users", { body: newcomer() });
    const bodies: [string, unknown, string][] = [
      ["POST", "", "invalidSyntax"],
      ["POST", "{", "invalidSyntax"],
      ["POST", "null", "invalidSyntax"],
      ["POST", "[]", "invalidSyntax"],
      ["POST", '"text"', "invalidSyntax"],
      ["POST", '{"userName":"a","userName":"b"}', "invalidSyntax"],
      ["POST", '{"userName":"a","USERNAME":"b"}', "invalidSyntax"],
      ["POST", `${"[".repeat(50)}${"]".repeat(50)}`, "invalidSyntax"],
      ["POST", { ...newcomer(), schemas: ["urn:other"] }, "invalidSyntax"],
      ["POST", { ...newcomer(), schemas: 5 }, "invalidSyntax"],
      ["POST", { ...newcomer(), schemas: [{ toString: 1 }] }, "invalidSyntax"],
      ["PUT", { schemas: [null, 5, { toString: 1 }] }, "invalidSyntax"],
      ["PATCH", { schemas: [{ toString: 1 }] }, "invalidSyntax"],
      ["POST", {}, "invalidValue"],
      ["POST", { ...newcomer(), userName: 5 }, "invalidValue"],
      ["POST", { ...newcomer(), userName: "a\u0000b" }, "invalidValue"],
      ["POST", { ...newcomer(), userName: "a".repeat(65) }, "invalidValue"],
      [
        "POST",
        { ...newcomer(), displayName: "a".repeat(9999) },
        "invalidValue",
      ],
      ["POST", { ...newcomer(), externalId: "e".repeat(201) }, "invalidValue"],
      ["POST", { ...newcomer(), externalId: {} }, "invalidValue"],
      ["POST", { ...newcomer(), active: "yes" }, "invalidValue"],
      ["POST", { ...newcomer(), active: null }, "invalidValue"],
      ["POST", { ...newcomer(), emails: [5] }, "invalidValue"],
      ["POST", { ...newcomer(), emails: [{ value: "no" }] }, "invalidValue"],
      ["POST", { ...newcomer(), emails: [{ value: 5 }] }, "invalidValue"],
      ["POST", { ...newcomer(), name: "Anna" }, "invalidSyntax"],
      ["POST", { ...newcomer(), password: 5 }, "invalidValue"],
      ["POST", { ...newcomer(), password: "x" }, "invalidValue"],
      ["POST", { ...newcomer(), [ENTERPRISE]: 5 }, "invalidSyntax"],
      ["PATCH", {}, "invalidSyntax"],
      ["PATCH", { schemas: [CORE], Operations: [] }, "invalidSyntax"],
      ["PATCH", { Operations: {} }, "invalidSyntax"],
      ["PATCH", patch(), "invalidSyntax"],
      ["PATCH", patch(null), "invalidSyntax"],
      ["PATCH", patch({}), "invalidSyntax"],
      ["PATCH", patch({ op: "move", path: "a" }), "invalidSyntax"],
      ["PATCH", patch({ op: 5 }), "invalidSyntax"],
      ["PATCH", patch({ op: "add" }), "invalidSyntax"],
      ["PATCH", patch({ op: "add", value: "text" }), "invalidSyntax"],
      ["PATCH", patch({ op: "remove" }), "noTarget"],
      ["PATCH", patch({ op: "add", path: 5, value: "a" }), "invalidPath"],
      ...[
        "frobnicate",
        "constructor",
        "__proto__",
        "__proto__.polluted",
        "constructor.prototype.polluted",
        "name.constructor",
        "name.nothing",
        "emails[type eq",
        "a.b.c",
        "urn:example:thing",
        `${ENTERPRISE}:nothing`,
        " ",
      ].map((path): [string, unknown, string] => [
        "PATCH",
        patch({ op: "replace", path, value: "x" }),
        "invalidPath",
      ]),
      ...["id", "meta", "meta.version", "groups", "schemas", CORE].map((
        path,
      ): [string, unknown, string] => [
        "PATCH",
        patch({ op: "replace", path, value: "x" }),
        "mutability",
      ]),
      ["PATCH", patch({ op: "remove", path: "active" }), "mutability"],
      ["PATCH", patch({ op: "remove", path: "password" }), "mutability"],
      ["PATCH", patch({ op: "remove", path: "userName" }), "invalidValue"],
      [
        "PATCH",
        patch({ op: "replace", path: 'emails[type eq "a" or]', value: "x" }),
        "invalidFilter",
      ],
      [
        "PATCH",
        patch({ op: "replace", path: "emails[type pr].value", value: "x" }),
        "invalidFilter",
      ],
      ["PUT", { userName: "" }, "invalidValue"],
      ["PUT", { emails: { value: {} } }, "invalidValue"],
    ];
    for (const [method, body, scimType] of bodies) {
      const path = method === "POST" ? "/Users" : `/Users/${user.id}`;
      const { status, json } = await send(method, path, { body });
      const said = JSON.stringify(body).slice(0, 200);
      assert.equal(status, 400, `${method} ${said}`);
      assert.deepEqual(json.schemas, [ERROR], said);
      assert.equal(json.scimType, scimType, `${method} ${said}`);
    }
    assert.deepEqual((await send("GET", `/Users/${user.id}`)).json, user);
    assert.equal(({} as { polluted?: string }).polluted, undefined);
    assert.deepEqual(running.log.filter((it) => it.level === "error"), []);
  },
);

testOnEach(
  "names that nobody knows, inside of a value, are left alone",
  async ({ db }) => {
    const send = provider(program({ db }), (await scimToken(db)).text);
    const { json: user } = await send("POST", "/Users", { body: newcomer() });
    const { status, json } = await send("PATCH", `/Users/${user.id}`, {
      body: '{"Operations":[{"op":"add","value":{"__proto__":{"a":1},' +
        '"constructor":{"prototype":{"polluted":1}},"frobnicate":1,"id":"x"}}]}',
    });
    assert.equal(status, 200);
    assert.deepEqual(json, user);
    assert.equal(({} as { polluted?: string }).polluted, undefined);
  },
);

testOnEach(
  "a parameter that can't be read, content of another type, and what is not there have answers of their own",
  async ({ db }) => {
    const send = provider(program({ db }), (await scimToken(db)).text);
    const asked: [string, string, number, string?][] = [
      ["GET", "/Users?startIndex=one", 400, "invalidValue"],
      ["GET", "/Users?count=1.5", 400, "invalidValue"],
      ["GET", "/Users?count=1&count=2", 400, "invalidSyntax"],
      ["GET", "/Users?count=1&COUNT=2", 400, "invalidSyntax"],
      ["GET", "/Users?cursor=nothing", 400, "invalidCursor"],
      ["GET", "/Users?startIndex=100001", 400, "tooMany"],
      ["GET", "/Users?startIndex=999999999999999", 400, "tooMany"],
      ["GET", "/Users/nobody", 404],
      ["GET", `/Users/${crypto.randomUUID()}`, 404],
      ["DELETE", `/Users/${crypto.randomUUID()}`, 404],
      ["DELETE", "/Users/x", 404],
      ["GET", "/Users/%00", 404],
      ["GET", "/Groups?count=100&startIndex=1", 404],
      ["POST", "/Bulk", 404],
      ["POST", "/.search", 404],
      ["GET", "", 404],
      ["GET", "/", 404],
      ["GET", "/Me", 501],
      ["DELETE", "/Users", 405],
      ["POST", "/Schemas", 405],
    ];
    for (const [method, path, expected, scimType] of asked) {
      const { status, json } = await send(method, path);
      assert.equal(status, expected, `${method} ${path}`);
      assert.deepEqual(json.schemas, [ERROR], path);
      assert.equal(json.status, String(expected));
      assert.equal(json.scimType, scimType, path);
    }
    const options = await send("OPTIONS", "/Users");
    assert.equal(options.headers.get("allow"), "GET, HEAD, POST, OPTIONS");

    for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
      const { status, json } = await send("POST", "/Users", {
        body: newcomer(),
        headers: { "Content-Type": type },
      });
      assert.deepEqual([status, json.schemas], [415, [ERROR]]);
    }
    const plain = await send("POST", "/Users", {
      body: newcomer(),
      headers: { "Content-Type": "application/json" },
    });
    assert.equal(plain.status, 201);
    const long = await send("POST", "/Users", {
      body: { ...newcomer(), nickName: "n".repeat(70_000) },
    });
    assert.deepEqual([long.status, long.json.schemas], [413, [ERROR]]);
  },
);

/** What is no text, or is one that no database holds or no page can show. */
const ODD: unknown[] = [
  "a\u0000b",
  "\ud800",
  "a".repeat(20_000),
  "\u0301".repeat(2_000),
  0,
  null,
  [],
  [null],
  {},
  { toString: 1 },
  [{ toString: 1 }],
  { value: { toString: 1 } },
  [{ value: "a@example.org", type: { toString: 1 } }],
  [{ value: "\ud800", type: "\u0000", primary: "\ud800" }],
];

const FIELDS = [
  "schemas",
  "id",
  "meta",
  "userName",
  "externalId",
  "displayName",
  "name",
  "name.familyName",
  "active",
  "password",
  "emails",
  'emails[type eq "work"].value',
  'emails[value eq "\ud800"].value',
  "phoneNumbers",
  'phoneNumbers[type eq "mobile"].value',
  "title",
  "addresses",
  ENTERPRISE,
  `${ENTERPRISE}:department`,
  "\u0000",
  "\ud800",
];

testOnPostgres(
  "nothing odd, wherever it stands, is an error of the program's",
  async ({ db }) => {
    const attributes = ["department", "phone", "mobile", "title"];
    const running = program({ db }, {
      USER_ATTRIBUTES: JSON.stringify(
        attributes.map((name) => ({ name, label: name })),
      ),
      API_REQUESTS_PER_MINUTE: "100000",
    });
    const token = await scimToken(db, {
      scopes: [...PROVISIONING, "passwords:set"],
    });
    const send = provider(running, token.text);
    const { json: user } = await send("POST", "/Users", { body: newcomer() });
    const path = `/Users/${user.id}`;
    for (const field of FIELDS) {
      for (const value of ODD) {
        const bodies: [string, string, unknown][] = [
          ["POST", "/Users", { ...newcomer(), [field]: value }],
          ["PUT", path, { [field]: value }],
          ["PATCH", path, patch({ op: "replace", path: field, value })],
          ["PATCH", path, patch({ op: "add", value: { [field]: value } })],
        ];
        for (const [method, path, body] of bodies) {
          const { status } = await send(method, path, { body });
          const said = JSON.stringify(body).slice(0, 200);
          assert.ok(status < 500, `${status}: ${method} ${said}`);
        }
      }
    }
    const asked = ODD.filter((it) => typeof it === "string")
      .map((it) => it.slice(0, 900));
    for (const by of ["userName", "externalId", "id", "emails.value"]) {
      for (const value of asked) {
        const filter = `${by} eq ${JSON.stringify(value)}`;
        const { status } = await send(
          "GET",
          `/Users?filter=${encodeURIComponent(filter)}`,
        );
        assert.ok(status < 500, `${status}: ${filter}`);
      }
    }
    assert.deepEqual(running.log.filter((it) => it.level === "error"), []);
  },
);
