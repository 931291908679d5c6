import assert from "node:assert/strict";
import { testOnEach } from "../support/database.ts";
import { actsOf } from "../support/rows.ts";
import {
  CORE,
  ENTERPRISE,
  filtered,
  made,
  provisioning,
} from "../support/scim.ts";

const LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

testOnEach(
  "filters find by userName, emails, externalId and id, exactly but for the case (RFC 7644, 3.4.2.2)",
  async ({ db }) => {
    const { send } = await provisioning(db);
    const accent = `müller.${crypto.randomUUID().slice(0, 8)}`;
    const user = await made(send, { userName: accent });
    const address = user.emails[0].value;
    for (
      const filter of [
        `userName eq "${accent}"`,
        `username EQ "${accent.toUpperCase()}"`,
        `${CORE}:userName eq "${accent}"`,
        `emails eq "${address}"`,
        `emails.value eq "${address.toUpperCase()}"`,
        `emails[type eq "work"].value eq "${address}"`,
        `emails[type eq "work" and value eq "${address}"]`,
        `externalId eq "${user.externalId}"`,
        `externalId eq "${user.externalId}" and active eq true`,
        `(userName eq "${accent}") and active eq "True"`,
        `id eq "${user.id}"`,
      ]
    ) {
      const { status, json } = await send("GET", filtered(filter));
      assert.equal(status, 200, filter);
      assert.deepEqual(json, {
        schemas: [LIST],
        totalResults: 1,
        startIndex: 1,
        itemsPerPage: 1,
        Resources: [user],
      }, filter);
    }
    for (
      const filter of [
        `userName eq "${accent.replace("ü", "u")}"`, // somebody else
        `externalId eq "${user.externalId.toUpperCase()}"`,
        `externalId eq "${user.externalId}" and active eq false`,
        `emails[type eq "home"].value eq "${address}"`,
        'userName eq "nobody \\" here"',
        'id eq "2819c223"',
        'userName eq "somebody@example.org"',
      ]
    ) {
      const { status, json } = await send("GET", filtered(filter));
      assert.deepEqual([status, json.totalResults, json.Resources], [
        200,
        0,
        [],
      ], filter);
    }
  },
);

testOnEach(
  "a string of a filter is one of JSON, with its escapes or without (RFC 7644, 3.4.2.2)",
  async ({ db }) => {
    const { send } = await provisioning(db);
    const externalId = `HQ\\ünna "${crypto.randomUUID()}"`;
    const { id } = await made(send, { externalId });
    const quoted = JSON.stringify(externalId);
    for (
      const filter of [
        `externalId eq ${quoted}`,
        `externalId eq ${quoted.replace("ü", "\\u00fc")}`,
        `externalId eq ${quoted.replace("\\\\", "\\")}`, // as some send it
      ]
    ) {
      const { json } = await send("GET", filtered(filter));
      assert.equal(json.Resources[0]?.id, id, filter);
    }
    for (const value of ["\u0000", "\ud800"]) {
      const none = await send(
        "GET",
        filtered(`externalId eq ${JSON.stringify(value)}`),
      );
      assert.equal(none.json.totalResults, 0);
    }
  },
);

testOnEach(
  "a filter that no index answers, or that can't be read, is refused",
  async ({ db }) => {
    const { send } = await provisioning(db);
    for (
      const filter of [
        'userName sw "a"',
        'displayName eq "Anna"',
        "active eq true",
        'userName eq "a" or userName eq "b"',
        'not (userName eq "a")',
        'userName eq "a" and externalId eq "b"',
        "userName eq 5",
        "userName pr",
        "userName eq",
        'userName eq "a',
        'constructor eq "a"',
        '__proto__ eq "a"',
        'emails[constructor eq "a"]',
        "",
        "(".repeat(900),
        `userName eq "${"a".repeat(1000)}"`,
      ]
    ) {
      const { status, json } = await send("GET", filtered(filter));
      assert.deepEqual([status, json.scimType], [400, "invalidFilter"], filter);
    }
  },
);

testOnEach(
  "attributes and excludedAttributes choose what is told (RFC 7644, 3.9)",
  async ({ db }) => {
    const { send } = await provisioning(db);
    const user = await made(send, { [ENTERPRISE]: { department: "Treasury" } });
    const { id, schemas } = user;
    for (
      const [query, told] of [
        ["attributes=userName", { userName: user.userName }],
        ["attributes=USERNAME,name.familyName", {
          userName: user.userName,
          name: { familyName: "Müller" },
        }],
        ["attributes=emails.value", {
          emails: [{ value: user.emails[0].value }],
        }],
        [`attributes=${ENTERPRISE}:department`, {
          [ENTERPRISE]: { department: "Treasury" },
        }],
        ["attributes=password", {}],
      ] as const
    ) {
      const { json } = await send("GET", `/Users/${id}?${query}`);
      assert.deepEqual(json, { schemas, id, ...told }, query);
    }
    const { json } = await send(
      "GET",
      `/Users/${id}?excludedAttributes=emails,name.formatted,id`,
    );
    const { emails: _, ...rest } = user;
    assert.deepEqual(json, {
      ...rest,
      name: { givenName: "Anna Maria", familyName: "Müller" },
    });
  },
);

testOnEach(
  "many who are alike are seen in one event, as those of a page are",
  async ({ db }) => {
    const { send, token } = await provisioning(db);
    const externalId = crypto.randomUUID();
    const alike = [];
    for (let i = 0; i < 3; i++) alike.push(await made(send, { externalId }));
    const filter = filtered(`externalId eq "${externalId}"`);
    assert.equal((await send("GET", filter)).json.totalResults, 3);
    const events = await actsOf(db, token.owner.id, "sensitive_read");
    const [first, , last] = alike.map((it) => it.id).sort();
    assert.deepEqual(
      events.map((it) => [it.subjectId, it.detail]),
      [[null, { users: 3, first, last, by_token: token.id }]],
    );
  },
);
