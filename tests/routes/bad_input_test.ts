import assert from "node:assert/strict";
import { findUser } from "../../db/users.ts";
import { browser, hidden, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";
import { passwordOf } from "../support/rows.ts";

/** What people and attackers type, and what arrives when a client is broken. */
const NASTY: Record<string, string> = {
  empty: "",
  spaces: "   ",
  "10,000 characters": "x".repeat(10_000),
  NUL: "a\0b",
  "control characters": "a\x07\x1b[31mb",
  "a lone surrogate, as sent": "%ED%A0%80",
  "right-to-left override": "abc\u202Etxt.exe",
  emoji: "👩‍🚀🔑",
  wildcards: "%_%",
  HTML: `"><img src=x onerror=alert(1)>`,
  htmx: `<b hx-get="/x" hx-trigger="load">`,
  SQL: `'; drop table users; --`,
  "a CSV formula": '=HYPERLINK("http://evil.test")',
  "a template": "{{7*7}}${7*7}",
  "a header": "a\r\nBcc: b@example.org",
  prototype: "__proto__",
  "a regular expression": "(((([[\\",
};

const encode = (name: string, value: string) =>
  value.startsWith("%ED")
    ? value
    : new URLSearchParams({ [name]: value }).toString().slice(name.length + 1);

testOnEach(
  "no field of any form brings the program down, and what is refused changes nothing",
  async (connection) => {
    const { db } = connection;
    const running = program(connection);
    const visitor = browser(running);
    await visitor.signIn(
      await person(db, {
        permissions: ["user_management", "administration", "audit_log"],
      }),
    );
    const user = await person(db);
    const forms: Record<string, string[]> = {
      "/users/new": [
        "name",
        "username",
        "email",
        "attributes.department",
        "attributes.phone",
      ],
      [`/users/${user.id}/edit`]: [
        "version",
        "from",
        "name",
        "username",
        "email",
        "attributes.phone",
      ],
      [`/users/${user.id}/password`]: [
        "newPassword",
        "proof",
        "reason",
        "reasonText",
        "formId",
        "seenSetAt",
        "temporary",
        "from",
      ],
      [`/users/${user.id}/permissions`]: ["seen", "user_management", "from"],
      [`/users/${user.id}/disablement`]: ["disabled", "from"],
      [`/users/${user.id}/sessions`]: ["only", "from"],
      "/account/password": ["currentPassword", "newPassword"],
    };
    const before = {
      user: await findUser(db, user.id),
      password: await passwordOf(db, user.id),
    };
    for (const [path, fields] of Object.entries(forms)) {
      const page = await (await visitor.get(path)).text();
      const csrf = page.match(/name="csrf" value="([^"]*)"/)![1]!;
      for (const field of fields) {
        for (const [what, value] of Object.entries(NASTY)) {
          const body = `csrf=${encodeURIComponent(csrf)}&${
            encodeURIComponent(field)
          }=${encode(field, value)}`;
          const response = await visitor.send("POST", path, {
            body,
            headers: { "Content-Type": "application/x-www-form-urlencoded" },
          });
          await response.body?.cancel();
          const fine = path.endsWith("/sessions")
            ? [200, 400]
            : path.endsWith("/permissions")
            ? [200, 400]
            : [400, 409, 422, 429];
          assert.ok(
            fine.includes(response.status),
            `${path} ${field} ${what}: ${response.status}`,
          );
        }
      }
    }
    assert.deepEqual(await findUser(db, user.id), before.user);
    assert.deepEqual(await passwordOf(db, user.id), before.password);
    assert.deepEqual(running.log.filter((it) => it.event === "failure"), []);
  },
);

testOnEach(
  "no address or query brings the program down",
  async (connection) => {
    const { db } = connection;
    const running = program(connection);
    const visitor = browser(running);
    await visitor.signIn(
      await person(db, { permissions: ["user_management", "audit_log"] }),
    );
    for (const [what, value] of Object.entries(NASTY)) {
      for (
        const query of [
          `/users?query=${encode("q", value)}`,
          `/users?query=anna&after=${encode("q", value)}`,
          `/users?state=${encode("q", value)}&staff=${encode("q", value)}`,
          `/users?from=${encode("q", value)}`,
          `/audit?person=${encode("q", value)}&event=${
            encode("q", value)
          }&before=${encode("q", value)}`,
          `/audit?from=${encode("q", value)}`,
          `/sign-in?next=${encode("q", value)}`,
          `/${encode("q", value)}`,
        ]
      ) {
        const response = await visitor.get(query);
        await response.body?.cancel();
        assert.ok(
          response.status < 500,
          `${what} in ${query.slice(0, 60)}: ${response.status}`,
        );
      }
    }
    assert.deepEqual(running.log.filter((it) => it.event === "failure"), []);
  },
);

testOnEach(
  "typed values stay, beside what is wrong with each (except passwords)",
  async (connection) => {
    const { db } = connection;
    const visitor = browser(program(connection));
    await visitor.signIn(
      await person(db, { permissions: ["user_management"] }),
    );
    const response = await visitor.post("/users/new", {
      name: "Zoë \x1bevil",
      username: "with space",
      email: "not-an-address",
      "attributes.phone": "call me",
      "attributes.department": "Harbour",
    });
    assert.equal(response.status, 422);
    const html = await response.text();
    for (const id of ["name", "username", "email", "attributes-phone"]) {
      assert.match(html, new RegExp(`id="${id}-error"`));
      assert.match(
        html,
        new RegExp(`<input id="${id}"[^>]*aria-invalid="true"`),
      );
    }
    for (
      const value of ["with space", "not-an-address", "call me", "Harbour"]
    ) {
      assert.ok(html.includes(`value="${value}"`), value);
    }
  },
);

testOnEach(
  "a field sent twice is refused: two readers could differ (ASVS 15.3.7)",
  async (connection) => {
    const { db } = connection;
    const visitor = browser(program(connection));
    await visitor.signIn(
      await person(db, { permissions: ["user_management"] }),
    );
    const user = await person(db);
    const path = `/users/${user.id}/edit`;
    const html = await (await visitor.get(path)).text();
    const response = await visitor.send("POST", path, {
      body: `csrf=${hidden(html, "csrf")}&version=1&name=A&name=B&username=c`,
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    });
    assert.equal(response.status, 400);
    assert.equal((await visitor.get("/users?query=a&query=b")).status, 400);
  },
);

testOnEach(
  "a body over the limit is refused before it is read, a broken cookie is nobody's (ASVS 5.2.1)",
  async (connection) => {
    const running = program(connection);
    const visitor = browser(running);
    const large = await visitor.post("/sign-in", {
      identifier: "x".repeat(70_000),
    });
    assert.equal(large.status, 413);
    for (
      const cookie of [
        "",
        "x",
        "a.b",
        ".",
        `${crypto.randomUUID()}.${"a".repeat(43)}`,
        `${crypto.randomUUID()}.${"a".repeat(5000)}`,
        "%00.%00",
        `1' or '1'='1.${"a".repeat(43)}`,
      ]
    ) {
      const broken = browser(running);
      broken.cookies.set("passdesk-session", cookie);
      assert.equal(
        (await broken.get("/users")).status,
        303,
        cookie.slice(0, 40),
      );
    }
  },
);
