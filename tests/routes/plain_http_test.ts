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
    { from = PROXY, proto, method = "GET" }: {
      from?: string;
      proto?: string;
      method?: string;
    },
  ) => {
    const response = await app.request(`http://${DESK}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${text}`,
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
    for (const proto of ["http", "HTTP", "http, https", "https,http"]) {
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

      const page = await ask("/sign-in?next=%2Fusers", { proto });
      assert.equal(page.status, 308);
      assert.equal(
        page.headers.get("location"),
        "https://desk.example.org/sign-in?next=%2Fusers",
      );
      assert.equal(page.headers.getSetCookie().length, 0);
      const form = await ask("/sign-in", { proto, method: "POST" });
      assert.equal(form.status, 403);
      const long = await ask(`/sign-in?next=${"x".repeat(5_000)}`, { proto });
      assert.equal(long.headers.get("location"), "https://desk.example.org");
    }
  },
);

testOnEach(
  "a proxy's word counts where it is trusted; what came past the proxy came by plain http",
  async (connection) => {
    const ask = await desk(connection);
    for (const proto of [undefined, "https", "wss"]) {
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
