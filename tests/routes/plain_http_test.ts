import assert from "node:assert/strict";
import type { Connection } from "../../db/client.ts";
import { apiToken } from "../support/api.ts";
import { program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";

const PROXY = "10.0.0.7";
const DESK = "desk.example.org";

async function desk(
  { db }: Pick<Connection, "db">,
  environment: Record<string, string> = { TRUSTED_PROXIES: "10.0.0.0/8" },
) {
  const { app } = program({ db }, {
    PUBLIC_URL: `https://${DESK}`,
    ...environment,
  });
  const owner = await person(db, { permissions: ["user_management"] });
  const { text } = await apiToken(db, { ownerId: owner.id });
  return async (
    path: string,
    { from = PROXY, via, proto, method = "GET", token = true }: {
      from?: string;
      /** X-Forwarded-For */
      via?: string;
      proto?: string;
      method?: string;
      token?: boolean;
    },
  ) => {
    const response = await app.request(`http://${DESK}${path}`, {
      method,
      headers: {
        ...(token && { Authorization: `Bearer ${text}` }),
        ...(via !== undefined && { "X-Forwarded-For": via }),
        ...(proto !== undefined && { "X-Forwarded-Proto": proto }),
      },
    }, { address: from });
    const body = await response.text();
    return { status: response.status, headers: response.headers, body };
  };
}

testOnEach(
  "over plain http the API and SCIM are refused, and only pages are sent on to https (ASVS 4.1.2)",
  async (connection) => {
    const ask = await desk(connection);
    for (
      const proto of [
        "http",
        "HTTP",
        "http, https",
        "https,http",
        "ws",
        "wss",
        "",
        "https,",
      ]
    ) {
      for (const method of ["GET", "POST", "DELETE"]) {
        const { status, headers, body } = await ask("/api/v1/users", {
          proto,
          method,
        });
        assert.equal(status, 403, `${method} ${proto}`);
        assert.equal(headers.get("location"), null);
        assert.equal(headers.get("content-type"), "application/problem+json");
        const { type, detail } = JSON.parse(body);
        assert.match(type, /#https-needed$/);
        assert.match(detail, /https:\/\/desk\.example\.org.*revoke it/);
      }
      const scim = await ask("/scim/v2/Users", { proto });
      assert.equal(scim.status, 403);
      assert.equal(JSON.parse(scim.body).status, "403");
      assert.match(scim.headers.get("content-type")!, /scim\+json/);

      const token = false;
      const page = await ask("/sign-in?next=%2Fusers", { proto, token });
      assert.equal(page.status, 308);
      assert.equal(
        page.headers.get("location"),
        "https://desk.example.org/sign-in?next=%2Fusers",
      );
      assert.equal(page.headers.getSetCookie().length, 0);
      const form = await ask("/sign-in", { proto, token, method: "POST" });
      assert.equal(form.status, 403);
      const long = await ask(`/sign-in?next=${"x".repeat(5_000)}`, {
        proto,
        token,
      });
      assert.equal(long.headers.get("location"), "https://desk.example.org");
    }
  },
);

testOnEach(
  "a proxy's word counts where it is trusted; what came past the proxy came by plain http",
  async (connection) => {
    const ask = await desk(connection);
    for (const proto of [undefined, "https", "HTTPS", "https, https"]) {
      const { status } = await ask("/api/v1/me", { ...(proto && { proto }) });
      assert.equal(status, 200, `${proto}`);
    }
    for (const proto of [undefined, "https", "http"]) {
      const direct = await ask("/api/v1/me", {
        from: "192.0.2.9",
        ...(proto && { proto }),
      });
      assert.equal(direct.status, 403, `${proto}`);
    }
    // Where no proxy is named, nobody's word counts.
    const unnamed = await desk(connection, {});
    for (const proto of ["https", "http"]) {
      const { status } = await unnamed("/api/v1/me", { proto });
      assert.equal(status, 200, `${proto}`);
    }
    const local = await desk(connection, {
      PUBLIC_URL: `http://localhost:8000`,
      TRUSTED_PROXIES: "10.0.0.0/8",
    });
    assert.equal((await local("/sign-in", { proto: "http" })).status, 421); // another Host, and nothing else
  },
);

testOnEach(
  "whatever carries a token is refused over plain http, and so are the programs' paths however they are written",
  async (connection) => {
    const ask = await desk(connection);
    const paths = [
      "/api",
      "/api/v1",
      "//api/v1/me",
      "/API/v1/me",
      "/%61pi/v1/me",
      "/api/v2/me",
      "/scim",
      "/SCIM/v2/Users",
      "//scim/v2/Users",
      "/users",
      "/",
      "/api-docs",
    ];
    for (const path of paths) {
      for (const method of ["GET", "HEAD", "POST"]) {
        const { status, headers } = await ask(path, { proto: "http", method });
        assert.equal(status, 403, `${method} ${path}`);
        assert.equal(headers.get("location"), null);
        assert.match(headers.get("content-type")!, /(problem|scim)\+json/);
      }
    }
    for (const path of paths.slice(0, 9).filter((it) => !it.includes("%"))) {
      const { status } = await ask(path, { proto: "http", token: false });
      assert.equal(status, 403, path);
    }
    const page = await ask("/api-docs", { proto: "http", token: false });
    assert.equal(page.status, 308);
  },
);

testOnEach(
  "in a list the outermost trusted proxy decides, and what stands before its word only against it",
  async (connection) => {
    const ask = await desk(connection);
    for (
      const [via, proto, status] of [
        [undefined, "https, http", 403], // the client's own word, and the proxy's
        ["192.0.2.9", "https, http", 403],
        ["192.0.2.9, 10.0.0.8", "https, http", 200], // two proxies of ours, http between them
        ["192.0.2.9, 10.0.0.8", "http, https", 403],
        ["192.0.2.9, 10.0.0.8", "https", 200], // handed on
        ["192.0.2.9, 10.0.0.8", "http", 403],
        ["192.0.2.9, 10.0.0.8", "https, http, http", 403],
        ["192.0.2.9, 10.0.0.8, 10.0.0.9", "https, http, http", 200],
        ["10.0.0.8, 192.0.2.9", "https, http", 403], // forged by the client
        ["10.0.0.8", "https, http", 403], // a client in the proxies' network
      ] as const
    ) {
      const answer = await ask("/api/v1/me", { ...(via && { via }), proto });
      assert.equal(answer.status, status, `${via} ${proto}`);
    }
  },
);
