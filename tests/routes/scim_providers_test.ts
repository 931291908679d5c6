import assert from "node:assert/strict";
import { eq } from "drizzle-orm";
import { mails } from "../../db/schema.ts";
import { browser } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { passwordOf, sessionsOf } from "../support/rows.ts";
import {
  CORE,
  ENTERPRISE,
  filtered,
  newcomer,
  patch,
  provisioning,
  WITH_PASSWORDS,
} from "../support/scim.ts";

const PASSWORD = "heron walks on copper 93";

testOnEach(
  "Entra: test of the connection, create, find, change, disable, enable, remove",
  async ({ db }) => {
    const { running, send } = await provisioning(db, {
      scopes: WITH_PASSWORDS,
    });
    // The test asks for somebody who can't be there.
    const nobody = await send(
      "GET",
      filtered(`userName eq "${crypto.randomUUID()}"`),
    );
    assert.deepEqual([nobody.status, nobody.json.totalResults], [200, 0]);

    const { userName, externalId, emails } = newcomer();
    const created = await send("POST", "/Users", {
      body: {
        schemas: [CORE, ENTERPRISE],
        externalId,
        userName,
        active: true,
        emails,
        displayName: "Isla Harris",
        meta: { resourceType: "User" },
        name: {
          formatted: "Isla Harris",
          familyName: "Harris",
          givenName: "Isla",
        },
        roles: [],
        title: "Clerk",
        addresses: [{ type: "work", country: "DE" }],
        [ENTERPRISE]: { department: "Treasury" },
      },
    });
    assert.equal(created.status, 201);
    const path = `/Users/${created.json.id}`;
    const found = await send("GET", filtered(`externalId eq "${externalId}"`));
    assert.deepEqual(found.json.Resources, [created.json]);

    // As it is sent without the flag aadOptscim062020.
    const changed = await send("PATCH", path, {
      body: patch(
        { op: "Replace", path: "displayName", value: "Isla Young" },
        { op: "Replace", path: "name.familyName", value: "Young" },
        { op: "Add", path: "name.givenName", value: "Isla" },
        {
          op: "Add",
          path: 'phoneNumbers[type eq "work"].value',
          value: "+49 30 1234567",
        },
        { op: "Add", path: 'phoneNumbers[type eq "mobile"].value', value: "1" },
        { op: "Add", path: 'emails[type eq "other"].value', value: "x@y.org" },
        { op: "Replace", path: "externalId", value: `${externalId}-2` },
        { op: "Replace", path: `${ENTERPRISE}:employeeNumber`, value: "4711" },
        { op: "Add", path: `${ENTERPRISE}:manager`, value: "2819c223" },
        { op: "Remove", path: `${ENTERPRISE}:department` },
        { op: "Add", path: "title", value: "Head" },
        {
          op: "Add",
          path: 'addresses[type eq "work"].streetAddress',
          value: "Torstr. 1",
        },
        {
          op: "Add",
          path: 'roles[primary eq "True"].value',
          value: "Manager",
        },
      ),
    });
    assert.equal(changed.status, 200, JSON.stringify(changed.json));
    const { displayName, name, phoneNumbers } = changed.json;
    assert.equal(displayName, "Isla Young");
    assert.deepEqual(name, {
      formatted: "Isla Young",
      givenName: "Isla",
      familyName: "Young",
    });
    assert.deepEqual(phoneNumbers, [{ value: "+49 30 1234567", type: "work" }]);
    assert.deepEqual(changed.json[ENTERPRISE], { employeeNumber: "4711" });
    assert.equal(changed.json.externalId, `${externalId}-2`);
    assert.deepEqual(changed.json.emails, emails);

    // And with it.
    const optimised = await send("PATCH", path, {
      body: patch({
        op: "replace",
        value: {
          displayName: "Isla Harris-Young",
          "name.givenName": "Isla",
          "name.familyName": "Harris-Young",
          [`${ENTERPRISE}:employeeNumber`]: "4712",
        },
      }),
    });
    assert.equal(optimised.json.name.familyName, "Harris-Young");
    assert.equal(optimised.json[ENTERPRISE].employeeNumber, "4712");

    for (
      const [value, active] of [
        ["False", false],
        ["True", true],
        [false, false],
        [true, true],
      ] as const
    ) {
      const { status, json } = await send("PATCH", path, {
        body: patch({ op: "Replace", path: "active", value }),
      });
      assert.deepEqual([status, json.active], [200, active]);
    }
    assert.equal((await send("DELETE", path)).status, 204);
    const again = await send("GET", filtered(`userName eq "${userName}"`));
    assert.equal(again.json.Resources[0].active, false);
    assert.deepEqual(running.log.filter((it) => it.level === "error"), []);
  },
);

testOnEach(
  "Okta: test of the connection, create with a password, sign-in and its change, whole users, deactivation",
  async ({ db }) => {
    const { running, send } = await provisioning(db, {
      scopes: WITH_PASSWORDS,
    });
    const list = await send("GET", "/Users?startIndex=1&count=2");
    assert.equal(list.status, 200);
    assert.equal(list.json.itemsPerPage, list.json.Resources.length);

    const { userName, emails } = newcomer();
    const address = emails[0]!.value;
    const whole = {
      schemas: [CORE],
      userName,
      name: { givenName: "Isaac", familyName: "Brock" },
      emails: [{ primary: true, value: address, type: "work" }],
      displayName: "Isaac Brock",
      locale: "en-US",
      externalId: "00ujl29u0le5T6Aj10h7",
      groups: [],
      active: true,
    };
    const created = await send("POST", "/Users", {
      body: { ...whole, password: PASSWORD },
    });
    assert.equal(created.status, 201, JSON.stringify(created.json));
    assert.equal("password" in created.json, false);
    const { id } = created.json;
    assert.equal((await passwordOf(db, id))!.temporary, true);
    const visitor = browser(running);
    const signedIn = await visitor.post("/sign-in", {
      identifier: userName,
      password: PASSWORD,
    });
    assert.match(signedIn.headers.get("location")!, /^\/account\/password/);
    assert.equal((await sessionsOf(db, id)).length, 1);

    const put = await send("PUT", `/Users/${id}`, {
      body: {
        ...whole,
        id,
        displayName: "Isaac Wood",
        name: { givenName: "Isaac", familyName: "Wood" },
        meta: { resourceType: "User" },
      },
    });
    assert.equal(put.status, 200);
    assert.equal(put.json.name.formatted, "Isaac Wood");
    assert.equal((await sessionsOf(db, id)).length, 1, "still signed in");

    const off = await send("PATCH", `/Users/${id}`, {
      body: patch({ op: "replace", value: { active: false } }),
    });
    assert.deepEqual([off.status, off.json.active], [200, false]);
    assert.deepEqual(await sessionsOf(db, id), []);
    const on = await send("PUT", `/Users/${id}`, { body: { ...whole, id } });
    assert.equal(on.json.active, true);
    assert.equal(on.json.displayName, "Isaac Brock");

    const reset = await send("PATCH", `/Users/${id}`, {
      body: patch({ op: "replace", value: { password: `${PASSWORD} more` } }),
    });
    assert.equal(reset.status, 200, JSON.stringify(reset.json));
    const after = await browser(running).post("/sign-in", {
      identifier: userName,
      password: `${PASSWORD} more`,
    });
    assert.match(after.headers.get("location")!, /^\/account\/password/);
  },
);

testOnEach(
  "a new address waits for its owner's confirmation, whatever else a provider sends meanwhile",
  async ({ db }) => {
    const { send } = await provisioning(db, { scopes: WITH_PASSWORDS });
    const { json } = await send("POST", "/Users", { body: newcomer() });
    const path = `/Users/${json.id}`;
    const to = `moved.${crypto.randomUUID().slice(0, 8)}@example.org`;
    const change = patch({
      op: "Replace",
      path: 'emails[type eq "work"].value',
      value: to,
    });
    const confirmations = async () =>
      (await db.select({ recipient: mails.recipient, kind: mails.kind })
        .from(mails).where(eq(mails.userId, json.id)))
        .filter((it) => it.kind === "email_confirmation");
    for (
      const body of [
        change,
        change,
        patch({ op: "replace", path: "displayName", value: "Anna Schmidt" }),
      ]
    ) {
      const changed = await send("PATCH", path, { body });
      assert.equal(changed.status, 200);
      assert.deepEqual(changed.json.emails, json.emails);
    }
    assert.deepEqual(await confirmations(), [{
      recipient: to,
      kind: "email_confirmation",
    }]);
  },
);
