import assert from "node:assert/strict";
import { browser } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { eventsOf } from "../support/rows.ts";
import {
  filtered,
  made,
  newcomer,
  patch,
  provisioning,
  WITH_PASSWORDS,
} from "../support/scim.ts";

const PASSWORD = "heron walks on copper 93";

testOnEach(
  "a part of a name is put into the name; one that it has already changes nothing",
  async ({ db }) => {
    const { send } = await provisioning(db, { scopes: WITH_PASSWORDS });
    const { json } = await send("POST", "/Users", {
      body: { ...newcomer(), displayName: "Anna Maria von Müller" },
    });
    const path = `/Users/${json.id}`;
    for (
      const [operations, name] of [
        [
          [{ op: "replace", path: "name.familyName", value: "von Müller" }],
          "Anna Maria von Müller",
        ],
        [
          [{ op: "replace", value: { name: { familyName: "Schmidt" } } }],
          "Anna Maria von Schmidt",
        ],
        [
          [
            { op: "Replace", path: "name.givenName", value: "Eva" },
            { op: "Replace", path: "name.familyName", value: "de la Cruz" },
          ],
          "Eva de la Cruz",
        ],
        [[{ op: "remove", path: "displayName" }], "Eva de la Cruz"],
        [
          [{ op: "replace", path: "name.formatted", value: "Eva Cruz" }],
          "Eva Cruz",
        ],
        [[{ op: "replace", path: "name", value: null }], "Eva Cruz"],
        [
          [
            { op: "replace", path: "name.formatted", value: "Another" },
            { op: "replace", path: "DISPLAYNAME", value: "Dr. Eva Cruz" },
          ],
          "Dr. Eva Cruz",
        ],
      ] as const
    ) {
      const { status, json } = await send("PATCH", path, {
        body: patch(...operations),
      });
      assert.deepEqual([status, json.displayName], [200, name]);
    }
  },
);

testOnEach(
  "who has no name yet is called by its parts, or by the userName",
  async ({ db }) => {
    const { send } = await provisioning(db, { scopes: WITH_PASSWORDS });
    const { userName, schemas } = newcomer();
    const bare = await send("POST", "/Users", { body: { schemas, userName } });
    assert.equal(bare.json.displayName, userName);
    const parts = await send("POST", "/Users", {
      body: {
        ...newcomer(),
        displayName: undefined,
        name: { givenName: "Anna", familyName: "Müller" },
      },
    });
    assert.equal(parts.json.displayName, "Anna Müller");
  },
);

testOnEach(
  "all operations of a PATCH happen or none (RFC 7644, 3.5.2), and a password that was used is recorded",
  async ({ db }) => {
    const { send } = await provisioning(db, { scopes: WITH_PASSWORDS });
    const { json } = await send("POST", "/Users", {
      body: { ...newcomer(), password: PASSWORD },
    });
    const path = `/Users/${json.id}`;
    await send("DELETE", path);
    const before = await send("GET", path);
    const { status, json: refused } = await send("PATCH", path, {
      body: patch(
        { op: "replace", path: "active", value: true },
        { op: "replace", path: "displayName", value: "Eve" },
        { op: "replace", path: "password", value: PASSWORD },
      ),
    });
    assert.deepEqual([status, refused.scimType], [400, "invalidValue"]);
    assert.match(refused.detail, /used before/);
    assert.equal(JSON.stringify(refused).includes(PASSWORD), false);
    assert.deepEqual((await send("GET", path)).json, before.json);
    assert.equal(
      (await eventsOf(db, json.id, "authn_password_set_fail")).length,
      1,
    );
    const unfit = await send("POST", "/Users", {
      body: { ...newcomer(), userName: "unfit.one", password: "short" },
    });
    assert.equal(unfit.status, 400);
    const none = await send("GET", filtered('userName eq "unfit.one"'));
    assert.equal(none.json.totalResults, 0);
  },
);

testOnEach(
  "a user who is made inactive with a password can use it once enabled",
  async ({ db }) => {
    const { running, send } = await provisioning(db, {
      scopes: WITH_PASSWORDS,
    });
    const { json } = await send("POST", "/Users", {
      body: { ...newcomer(), active: false, password: PASSWORD },
    });
    assert.equal(json.active, false);
    const refused = await send("PATCH", `/Users/${json.id}`, {
      body: patch({ op: "replace", path: "password", value: `${PASSWORD}!` }),
    });
    assert.equal(refused.status, 400);
    await send("PATCH", `/Users/${json.id}`, {
      body: patch({ op: "replace", path: "active", value: true }),
    });
    const response = await browser(running).post("/sign-in", {
      identifier: json.userName,
      password: PASSWORD,
    });
    assert.match(response.headers.get("location")!, /^\/account\/password/);
  },
);

testOnEach(
  "a refused field says nothing of a password that came with it, and a guess that is right is recorded",
  async ({ db }) => {
    const { running, send } = await provisioning(db, {
      scopes: WITH_PASSWORDS,
    });
    const { json } = await send("POST", "/Users", {
      body: { ...newcomer(), password: PASSWORD },
    });
    const path = `/Users/${json.id}`;
    const taken = await made(send);
    for (
      const field of [
        { userName: "not ok" },
        { userName: taken.userName },
        { displayName: "a".repeat(121) },
        { emails: [{ value: "nowhere" }] },
      ]
    ) {
      const answers = [];
      for (const password of [PASSWORD, `${PASSWORD}!`]) {
        const { status, json } = await send("PATCH", path, {
          body: patch({ op: "replace", value: { password, ...field } }),
        });
        answers.push([status, json.detail]);
      }
      assert.deepEqual(answers[0], answers[1]);
      assert.doesNotMatch(String(answers[0]), /password/i);
    }
    const refused = await send("PATCH", path, {
      body: patch({
        op: "replace",
        value: { password: PASSWORD, displayName: "Eve" },
      }),
    });
    assert.match(refused.json.detail, /used before/);
    assert.equal(
      (await eventsOf(db, json.id, "authn_password_set_fail")).length,
      2, // and the one with the taken name: it was compared before
    );
    assert.equal((await send("GET", path)).json.displayName, json.displayName);
    const response = await browser(running).post("/sign-in", {
      identifier: json.userName,
      password: PASSWORD,
    });
    assert.equal(response.status, 303);
  },
);

testOnEach(
  "a password that comes with a new name is judged by the new name",
  async ({ db }) => {
    const { send } = await provisioning(db, { scopes: WITH_PASSWORDS });
    const { id } = await made(send);
    const { status, json } = await send("PATCH", `/Users/${id}`, {
      body: patch({
        op: "replace",
        value: {
          displayName: "Ottokar Zwiebelfisch",
          password: "Zwiebelfisch",
        },
      }),
    });
    assert.equal(status, 400);
    assert.match(json.detail, /^password: /);
  },
);
