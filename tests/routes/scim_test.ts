import assert from "node:assert/strict";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { eventsOf } from "../support/rows.ts";
import {
  CORE,
  ENTERPRISE,
  filtered,
  made,
  newcomer,
  patch,
  provisioning,
} from "../support/scim.ts";

const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";

testOnEach(
  "a user is made, is found at its address, and the log says by whom (RFC 7644, 3.3)",
  async ({ db }) => {
    const { send, token } = await provisioning(db);
    const given = {
      ...newcomer(),
      phoneNumbers: [{ type: "work", value: "+49 30 1234567" }],
      [ENTERPRISE]: { department: "Treasury", employeeNumber: "4711" },
    };
    const { status, headers, json } = await send("POST", "/Users", {
      body: given,
    });
    assert.equal(status, 201);
    assert.equal(headers.get("content-type"), "application/scim+json");
    assert.equal(headers.get("location"), json.meta.location);
    assert.equal(headers.get("etag"), 'W/"1"');
    assert.equal(
      json.meta.location,
      `http://localhost:8000/scim/v2/Users/${json.id}`,
    );
    const { id, meta, ...said } = json;
    assert.deepEqual(said, {
      ...given,
      schemas: [CORE, ENTERPRISE],
      name: {
        formatted: "Anna Maria Müller",
        givenName: "Anna Maria",
        familyName: "Müller",
      },
    });
    assert.equal(meta.resourceType, "User");
    assert.equal(meta.version, 'W/"1"');
    assert.match(meta.created, /^\d{4}-.*Z$/);

    const got = await send("GET", `/Users/${id}`);
    assert.equal(got.status, 200);
    assert.deepEqual(got.json, json);
    const [event] = await eventsOf(db, id, "user_created");
    assert.equal(event!.actorId, token.owner.id);
    assert.equal((await eventsOf(db, id, "sensitive_read")).length, 1);
  },
);

testOnEach(
  "a userName that is an email address is refused with what to map instead",
  async ({ db }) => {
    const { send } = await provisioning(db);
    const { status, json } = await send("POST", "/Users", {
      body: { ...newcomer(), userName: "anna@example.org" },
    });
    assert.equal(status, 400);
    assert.equal(json.schemas[0], ERROR);
    assert.equal(json.status, "400");
    assert.equal(json.scimType, "invalidValue");
    assert.match(json.detail, /before the @ to userName/);
  },
);

testOnEach(
  "who is there already is a conflict, by userName and by address, in any case (RFC 7644, 3.3)",
  async ({ db }) => {
    const { send } = await provisioning(db);
    const one = await made(send);
    for (
      const again of [
        { userName: one.userName.toUpperCase() },
        { emails: [{ value: one.emails[0].value.toUpperCase() }] },
      ]
    ) {
      const { status, json } = await send("POST", "/Users", {
        body: { ...newcomer(), ...again },
      });
      assert.equal(status, 409);
      assert.equal(json.scimType, "uniqueness");
    }
    const other = await made(send);
    const { status, json } = await send("PUT", `/Users/${other.id}`, {
      body: { schemas: [CORE], userName: one.userName },
    });
    assert.deepEqual([status, json.scimType], [409, "uniqueness"]);
  },
);

testOnEach(
  "a whole user replaces what it names; null and an empty list take away (RFC 7644, 3.5.1)",
  async ({ db }) => {
    const { send } = await provisioning(db);
    const user = await made(send, {
      phoneNumbers: [{ value: "+49 30 1234567" }],
      [ENTERPRISE]: { department: "Treasury", employeeNumber: "4711" },
    });
    const { status, json } = await send("PUT", `/Users/${user.id}`, {
      body: {
        schemas: [CORE, ENTERPRISE],
        id: "another",
        userName: `${user.userName}-2`,
        externalId: null,
        displayName: "Anna Schmidt",
        phoneNumbers: [],
        [ENTERPRISE]: { department: "Vault", employeeNumber: null },
        groups: [{ value: "admins" }],
        meta: { version: "x" },
        "urn:example:unknown": { a: 1 },
      },
    });
    assert.equal(status, 200, JSON.stringify(json));
    assert.equal(json.id, user.id);
    assert.equal(json.userName, `${user.userName}-2`);
    assert.equal(json.externalId, undefined);
    assert.equal(json.name.formatted, "Anna Schmidt");
    assert.equal(json.phoneNumbers, undefined);
    assert.deepEqual(json[ENTERPRISE], { department: "Vault" });
    assert.deepEqual(json.emails, user.emails, "was not named");
    assert.equal(json.active, true);
  },
);

testOnEach(
  "a version that is over is refused, and one that is known is not sent again (RFC 7644, 3.14)",
  async ({ db }) => {
    const { send } = await provisioning(db);
    const { id, meta: { version } } = await made(send);
    const change = patch({
      op: "replace",
      path: "displayName",
      value: "Anna Schmidt",
    });
    const headers = { "If-Match": version };
    const same = await send("GET", `/Users/${id}`, {
      headers: { "If-None-Match": version },
    });
    assert.equal(same.status, 304);
    const first = await send("PATCH", `/Users/${id}`, {
      body: change,
      headers,
    });
    assert.equal(first.status, 200);
    assert.equal(first.headers.get("etag"), 'W/"2"');
    for (const method of ["PATCH", "PUT", "DELETE"]) {
      const { status, json } = await send(method, `/Users/${id}`, {
        headers,
        ...(method === "PATCH" && { body: change }),
        ...(method === "PUT" && { body: { displayName: "Anna Braun" } }),
      });
      assert.deepEqual([status, json.status], [412, "412"], method);
    }
    const unchanged = await send("PATCH", `/Users/${id}`, { body: change });
    assert.equal(unchanged.json.meta.version, 'W/"2"');
  },
);

testOnEach(
  "nobody is deleted: the user is disabled, still found, and enabled again by the next provisioning",
  async ({ db }) => {
    const { send, token } = await provisioning(db);
    const { id, userName } = await made(send);
    for (let round = 0; round < 2; round++) {
      const { status, json } = await send("DELETE", `/Users/${id}`);
      assert.deepEqual([status, json], [204, undefined]);
    }
    const found = await send("GET", filtered(`userName eq "${userName}"`));
    assert.equal(found.json.Resources[0].active, false);
    const [event] = await eventsOf(db, id, "user_disabled");
    assert.equal(event!.actorId, token.owner.id);
    const { json } = await send("PATCH", `/Users/${id}`, {
      body: patch({ op: "replace", path: "active", value: true }),
    });
    assert.equal(json.active, true);
  },
);

testOnEach(
  "the last administrator, oneself and whoever holds more are left as they are",
  async ({ db }) => {
    const { send, token } = await provisioning(db);
    const admin = await person(db, { permissions: ["administration"] });
    for (const id of [admin.id, token.owner.id]) {
      for (const method of ["DELETE", "PATCH"]) {
        const { status, json } = await send(method, `/Users/${id}`, {
          ...(method === "PATCH" &&
            { body: patch({ op: "replace", value: { active: false } }) }),
        });
        assert.deepEqual([status, json.schemas], [403, [ERROR]]);
      }
    }
    assert.equal((await eventsOf(db, admin.id, "authz_fail")).length, 2);
  },
);
