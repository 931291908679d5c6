import assert from "node:assert/strict";
import { testOnEach } from "../support/database.ts";
import {
  CORE,
  ENTERPRISE,
  made,
  newcomer,
  provisioning,
} from "../support/scim.ts";

const LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

testOnEach(
  "what the server can do is told to whoever sets a provider up (RFC 7644, 4)",
  async ({ db }) => {
    const { send } = await provisioning(db);
    const config = (await send("GET", "/ServiceProviderConfig")).json;
    assert.equal(config.patch.supported, true);
    assert.equal(config.bulk.supported, false);
    assert.equal(config.pagination.cursor, true);
    assert.equal(config.authenticationSchemes[0].type, "oauthbearertoken");
    const types = (await send("GET", "/ResourceTypes")).json;
    assert.deepEqual(types.schemas, [LIST]);
    assert.equal(types.totalResults, 1);
    assert.deepEqual(
      (await send("GET", "/ResourceTypes/User")).json,
      types.Resources[0],
    );
    const all = (await send("GET", "/Schemas")).json;
    assert.deepEqual(
      all.Resources.map((it: { id: string }) => it.id),
      [CORE, ENTERPRISE],
    );
    const one = await send("GET", `/Schemas/${ENTERPRISE}`);
    assert.deepEqual(one.json, all.Resources[1]);
    assert.deepEqual(
      one.json.attributes.map((it: { name: string }) => it.name),
      ["employeeNumber", "department"],
    );
    const filter = await send("GET", '/Schemas?filter=id%20eq%20"x"');
    assert.equal(filter.status, 403);
    assert.equal((await send("GET", "/Schemas/none")).status, 404);
  },
);

testOnEach(
  "only attributes that the setting declares are kept and told",
  async ({ db }) => {
    const { send } = await provisioning(db, {
      environment: {
        USER_ATTRIBUTES: JSON.stringify([
          { name: "title", label: "Title" },
          { name: "mobile", label: "Mobile", type: "tel" },
          { name: "language", label: "Language" },
        ]),
      },
    });
    const user = await made(send, {
      title: "Dr.",
      preferredLanguage: "de",
      locale: "de-DE",
      roles: [{ value: "admin" }],
      phoneNumbers: [
        { type: "work", value: "1" },
        { type: "mobile", value: "+49 170 1" },
      ],
      [ENTERPRISE]: { department: "Treasury", manager: { value: "x" } },
    });
    assert.equal(user.title, "Dr.");
    assert.equal(user.preferredLanguage, "de");
    assert.deepEqual(user.phoneNumbers, [{
      type: "mobile",
      value: "+49 170 1",
    }]);
    for (const name of ["locale", "roles", ENTERPRISE]) {
      assert.equal(name in user, false, name);
    }
    const { json } = await send("GET", "/Schemas");
    assert.equal(json.totalResults, 1);
  },
);

testOnEach(
  "a required attribute that is missing, or a value of the wrong kind, is told by its name",
  async ({ db }) => {
    const { send } = await provisioning(db, {
      environment: {
        USER_ATTRIBUTES: JSON.stringify([
          { name: "department", label: "Department", required: true },
          { name: "phone", label: "Telephone", type: "tel" },
        ]),
      },
    });
    const { status, json } = await send("POST", "/Users", {
      body: { ...newcomer(), phoneNumbers: [{ value: "call me" }] },
    });
    assert.deepEqual([status, json.scimType], [400, "invalidValue"]);
    assert.match(json.detail, /department: .*phone: /);
  },
);
