import assert from "node:assert/strict";
import { browser, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";

testOnEach(
  "every answer bears the security headers, errors too (ASVS 3.4)",
  async (connection) => {
    const visitor = browser(program(connection));
    await visitor.signIn(
      await person(connection.db, { permissions: ["user_management"] }),
    );
    for (
      const path of [
        "/users",
        "/sign-in",
        "/nowhere",
        "/audit",
        "/static/none.css",
        "/users/1",
        "/help",
      ]
    ) {
      const { headers } = await visitor.get(path);
      const csp = headers.get("content-security-policy")!;
      for (
        const part of [
          "default-src 'none'",
          "frame-ancestors 'none'",
          "base-uri 'none'",
          "object-src 'none'",
          "form-action 'self'",
        ]
      ) {
        assert.ok(csp.includes(part), `${path} ${part}`);
      }
      assert.ok(!csp.includes("unsafe"), path);
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.match(headers.get("cache-control")!, /no-store/);
      assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
      assert.ok(headers.get("x-request-id"));
      assert.equal(headers.get("x-powered-by"), null);
      assert.equal(headers.get("access-control-allow-origin"), null);
    }
  },
);

testOnEach(
  "each answer has its own nonce, and every htmx element bears it",
  async (connection) => {
    const visitor = browser(program(connection));
    await visitor.signIn(
      await person(connection.db, { permissions: ["user_management"] }),
    );
    const nonces = new Set<string>();
    for (let n = 0; n < 3; n++) {
      const response = await visitor.get("/users");
      const nonce = response.headers.get("content-security-policy")!.match(
        /'nonce-([^']+)'/,
      )![1]!;
      nonces.add(nonce);
      const html = await response.text();
      for (const [tag] of html.matchAll(/<\w+[^>]*\shx-(?:get|post)=[^>]*>/g)) {
        assert.ok(tag.includes(`hx-nonce="${nonce}"`), tag);
      }
      assert.doesNotMatch(
        html,
        /<script(?![^>]*src=)|\son\w+=|style=|hx-on|js:/,
      );
    }
    assert.equal(nonces.size, 3);
  },
);

testOnEach(
  "another Host is refused: nothing is built from it (CS-FORGOT-2)",
  async (connection) => {
    const { app } = program(connection);
    for (
      const url of [
        "http://evil.test/sign-in",
        "http://localhost:8001/sign-in",
        "http://127.0.0.1:8000/",
      ]
    ) {
      const response = await app.request(url);
      assert.equal(response.status, 421);
      assert.match(await response.text(), /http:\/\/localhost:8000/);
    }
  },
);

testOnEach(
  "only a trusted proxy tells the client's address (ASVS 4.1.3, 15.3.4)",
  async (connection) => {
    const { db } = connection;
    const user = await person(db);
    const { sessionsOf } = await import("../support/rows.ts");
    const addressOf = async (
      settings: Record<string, string>,
      from: string,
      forwarded: string,
    ) => {
      const visitor = browser(program(connection, settings), { address: from });
      await visitor.post("/sign-in", {
        identifier: user.username,
        password: user.password,
      }, {
        headers: {
          "X-Forwarded-For": forwarded,
          "X-Real-IP": "9.9.9.9",
          "X-User-Id": "x",
        },
      });
      const sessions = await sessionsOf(db, user.id);
      return sessions.toSorted((a, b) => a.id < b.id ? -1 : 1).at(-1)?.address;
    };
    assert.equal(
      await addressOf({}, "192.0.2.50", "198.51.100.1"),
      "192.0.2.50",
    );
    const behind = { TRUSTED_PROXIES: "10.0.0.0/8, 2001:db8::/32" };
    assert.equal(
      await addressOf(behind, "192.0.2.50", "198.51.100.1"),
      "192.0.2.50",
    );
    assert.equal(
      await addressOf(
        behind,
        "10.0.0.2",
        "203.0.113.66, 198.51.100.1, 10.1.1.1",
      ),
      "198.51.100.1",
    );
    assert.equal(
      await addressOf(behind, "10.0.0.2", "not an address"),
      "10.0.0.2",
    );
  },
);

testOnEach(
  "the log has one line of JSON for a request, with its pattern and never its values (ASVS 14.2.1, 16.2.5)",
  async (connection) => {
    const running = program(connection);
    const visitor = browser(running);
    const user = await person(connection.db, {
      permissions: ["user_management"],
    });
    await visitor.signIn(user);
    await visitor.get("/users?query=secret-search");
    await visitor.get(`/users/${user.id}`);
    await visitor.get("/setup/some-token-in-an-address");
    const text = JSON.stringify(running.log);
    for (
      const secret of [
        user.password,
        "secret-search",
        "some-token",
        visitor.cookies.get("passdesk-session")!,
      ]
    ) {
      assert.ok(!text.includes(secret), secret);
    }
    const routes = running.log.filter((it) => it.event === "request").map((
      it,
    ) => it.route);
    assert.ok(routes.includes("/setup/:token"));
    assert.ok(routes.some((it) => String(it).startsWith("/users/:id")));
  },
);

testOnEach("HTML goes compressed to whoever takes it", async (connection) => {
  const visitor = browser(program(connection));
  await visitor.signIn(
    await person(connection.db, { permissions: ["user_management"] }),
  );
  const response = await visitor.send("GET", "/users", {
    headers: { "Accept-Encoding": "gzip" },
  });
  assert.equal(response.headers.get("content-encoding"), "gzip");
  assert.match(response.headers.get("vary")!, /accept-encoding/i);
  const html = await new Response(
    response.body!.pipeThrough(new DecompressionStream("gzip")),
  ).text();
  assert.match(html, /<h1>User Management<\/h1>/);
  for (const refused of ["gzip;q=0", "identity", "br"]) {
    const plain = await visitor.send("GET", "/users", {
      headers: { "Accept-Encoding": refused },
    });
    assert.equal(plain.headers.get("content-encoding"), null, refused);
    assert.match(await plain.text(), /<h1>User Management<\/h1>/, refused);
  }
});

testOnEach(
  "HEAD says what GET would send, compressed or not (RFC 9110, 8.6)",
  async ({ db }) => {
    const visitor = browser(program({ db }));
    await visitor.signIn(
      await person(db, { permissions: ["user_management"] }),
    );
    for (const path of ["/users?query=p", "/account/sessions", "/help"]) {
      for (const encoding of ["gzip", "identity"]) {
        const headers = { "Accept-Encoding": encoding };
        const got = await visitor.send("GET", path, { headers });
        const { byteLength } = await got.arrayBuffer(); // the server counts them itself
        const asked = await visitor.send("HEAD", path, { headers });
        assert.ok(
          Math.abs(Number(asked.headers.get("content-length")) - byteLength) <
            40, // tokens differ
        );
      }
    }
  },
);

testOnEach(
  "what another site asks for is not compressed: its length would tell what stands in it (BREACH)",
  async ({ db }) => {
    const visitor = browser(program({ db }));
    await visitor.signIn(await person(db));
    for (
      const [site, encoding] of [["cross-site", null], [
        "none",
        "gzip",
      ]] as const
    ) {
      const page = await visitor.send("GET", "/help", {
        headers: { "Accept-Encoding": "gzip", "Sec-Fetch-Site": site },
      });
      await page.body?.cancel();
      assert.equal(page.headers.get("content-encoding"), encoding);
    }
  },
);
