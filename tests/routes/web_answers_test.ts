import assert from "node:assert/strict";
import { browser, ORIGIN, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { hasher, person } from "../support/people.ts";

const FOR_STRANGERS = ["/sign-in", "/password-resets/new"];

/** Pages that a holder of all permissions can open. */
const PAGES = [
  "/users",
  "/users/new",
  "/account/password",
  "/account/sessions",
  "/account/check",
  "/audit",
  "/api-tokens",
  "/reports",
  "/help",
  "/api/docs",
  "/api/problems",
];

const ALL = ["user_management", "audit_log", "administration"] as const;

testOnEach(
  "every body says its type and charset, and an error's does too (ASVS 4.1.1, 3.2.1, 3.4.5, 3.5.8, 16.5.1, 13.4.2)",
  async (connection) => {
    const visitor = browser(program(connection));
    await visitor.signIn(
      await person(connection.db, { permissions: [...ALL] }),
    );
    for (
      const path of [...PAGES, "/nowhere", "/users/nobody", ...FOR_STRANGERS]
    ) {
      if (path === FOR_STRANGERS[0]) visitor.cookies.clear();
      const response = await visitor.get(path);
      assert.match(
        response.headers.get("content-type")!,
        /^text\/html; charset=utf-8$/i,
        path,
      );
      assert.equal(response.headers.get("referrer-policy"), "same-origin");
      assert.equal(
        response.headers.get("cross-origin-resource-policy"),
        "same-origin",
      );
      assert.doesNotMatch(await response.text(), /\bat [\w.]+ \(|\.tsx?:\d+/);
    }
    for (
      const path of ["/api/v1/openapi.json", "/api/v1/users", "/scim/v2/Users"]
    ) {
      const response = await visitor.get(path);
      assert.match(
        response.headers.get("content-type")!,
        /^application\/(json|problem\+json|scim\+json)/,
        path,
      );
      assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    }
  },
);

testOnEach(
  "pages take nothing from elsewhere and lead nowhere else (ASVS 3.6.1, 3.7.1, 3.7.3, 14.2.3, 13.4.6)",
  async (connection) => {
    const visitor = browser(program(connection));
    await visitor.signIn(
      await person(connection.db, { permissions: [...ALL] }),
    );
    for (const path of [...PAGES, ...FOR_STRANGERS]) {
      if (path === FOR_STRANGERS[0]) visitor.cookies.clear();
      const response = await visitor.get(path);
      const html = await response.text();
      const addresses = [
        ...html.matchAll(/\s(?:src|href|action|hx-get|hx-post)="([^"]*)"/g),
      ].map(([, address]) => new URL(address!, ORIGIN + path));
      assert.ok(addresses.length > 0, path);
      for (const address of addresses) {
        assert.equal(address.origin, ORIGIN, path);
      }
      assert.doesNotMatch(html, /<(object|embed|applet|iframe)\b/);
      for (const name of ["server", "x-powered-by", "via"]) {
        assert.equal(response.headers.get(name), null, path);
      }
    }
  },
);

testOnEach(
  "over https the browser is told to stay there (ASVS 3.4.1)",
  async (connection) => {
    const { app } = program(connection, { PUBLIC_URL: "https://desk.example" });
    const { headers } = await app.request("https://desk.example/sign-in");
    const value = headers.get("strict-transport-security")!;
    assert.match(value, /includeSubDomains/);
    assert.ok(Number(value.match(/max-age=(\d+)/)![1]) >= 365 * 24 * 3600);
  },
);

testOnEach(
  "another site's script gets no permission to read, whatever it says it is (ASVS 3.4.2)",
  async (connection) => {
    const visitor = browser(program(connection));
    await visitor.signIn(
      await person(connection.db, { permissions: [...ALL] }),
    );
    for (const origin of ["https://evil.test", "null"]) {
      for (const path of ["/users", "/api/v1/users", "/api/v1/openapi.json"]) {
        const { headers } = await visitor.send("GET", path, {
          headers: { Origin: origin },
        });
        for (const [name] of headers) {
          assert.ok(!name.startsWith("access-control-"), `${path} ${name}`);
        }
      }
    }
  },
);

testOnEach(
  "an address with something behind it is nobody's page, and is not stored (ASVS 14.2.5, 13.4.1, 13.4.3)",
  async (connection) => {
    const visitor = browser(program(connection));
    const user = await person(connection.db, { permissions: [...ALL] });
    await visitor.signIn(user);
    for (
      const path of [
        `/users/${user.id}/x.css`,
        `/users/${user.id};a.js`,
        "/users.css",
        "/account/password/x.js",
        "/static/",
        "/static/app.css",
        "/.git/config",
        "/.env",
        "/static/..%2fmain.ts",
        "/main.ts",
        "/deno.json",
        "/metrics",
        "/debug",
      ]
    ) {
      const response = await visitor.get(path);
      assert.equal(response.status, 404, path);
      assert.match(response.headers.get("cache-control")!, /no-store/, path);
      assert.ok(!(await response.text()).includes(user.email!), path);
    }
  },
);

testOnEach(
  "files are the same for everybody, and no answer is a script of somebody's choice (ASVS 3.5.6, 3.5.7)",
  async (connection) => {
    const running = program(connection);
    const [visitor, stranger] = [browser(running), browser(running)];
    await visitor.signIn(
      await person(connection.db, { permissions: [...ALL] }),
    );
    const html = await (await visitor.get("/users")).text();
    const files = [...html.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)]
      .map(([, path]) => path!);
    assert.ok(files.length >= 3);
    for (const path of files) {
      assert.equal(
        await (await visitor.get(path)).text(),
        await (await stranger.get(path)).text(),
      );
    }
    const answer = await visitor.get("/api/v1/users?callback=steal");
    assert.match(answer.headers.get("content-type")!, /json/);
    assert.doesNotMatch(await answer.text(), /^\s*steal/);
  },
);

testOnEach(
  "cookies and addresses of our making stay small, whatever is asked for (ASVS 3.3.5, 4.2.4, 4.2.5)",
  async (connection) => {
    const visitor = browser(program(connection));
    const long = "x".repeat(10_000);
    for (
      const path of [
        `/password-resets/${long}`,
        `/not-me/${long}`,
        `/email-confirmation/${long}`,
        `/email-stop/${long}`,
        `/setup/${long}`,
        `/users?q=${long}`,
        "/users?q=a%0d%0aSet-Cookie:%20evil=1",
        `/sign-in?next=/users?q=${long}`,
      ]
    ) {
      const { headers } = await visitor.get(path);
      for (const [name, value] of headers) {
        assert.ok(value.length <= 4096, `${path.slice(0, 30)} ${name}`);
      }
      assert.ok(!headers.getSetCookie().some((it) => it.startsWith("evil")));
    }
  },
);

testOnEach(
  "an export has a fixed name and is saved, not shown (ASVS 5.4.2)",
  async (connection) => {
    const visitor = browser(program(connection));
    await visitor.signIn(
      await person(connection.db, { permissions: [...ALL] }),
    );
    const response = await visitor.get("/api/v1/exports/users?format=csv");
    assert.equal(
      response.headers.get("content-disposition"),
      'attachment; filename="users.csv"',
    );
    assert.match(
      response.headers.get("content-type")!,
      /^text\/csv; charset=utf-8/i,
    );
    await response.body?.cancel();
  },
);

testOnEach(
  "times are UTC and say so (ASVS 16.2.2)",
  async (connection) => {
    const visitor = browser(program(connection));
    await visitor.signIn(
      await person(connection.db, { permissions: [...ALL] }),
    );
    const { items } = await (await visitor.get("/api/v1/audit-events")).json();
    assert.ok(items.length > 0);
    for (const { at } of items) {
      assert.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    }
  },
);

testOnEach(
  "a bug is a line in the log with the request's id, and a page that tells no more (ASVS 16.3.4, 16.5.1)",
  async (connection) => {
    const broken = {
      ...hasher,
      authenticate: () => Promise.reject(new Error("a detail for the log")),
    };
    const running = program(connection, {}, broken);
    const response = await browser(running).post("/sign-in", {
      identifier: "nobody",
      password: "seven geese cross",
    });
    assert.equal(response.status, 500);
    const html = await response.text();
    const id = response.headers.get("x-request-id")!;
    assert.ok(html.includes(id));
    assert.doesNotMatch(html, /detail for the log|\bat [\w.]+ \(/);
    const line = running.log.find((it) =>
      it.level === "error" && it.requestId === id
    );
    assert.match(JSON.stringify(line), /a detail for the log/);
    assert.doesNotMatch(JSON.stringify(running.log), /seven geese/);
  },
);
