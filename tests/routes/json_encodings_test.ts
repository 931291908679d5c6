import assert from "node:assert/strict";
import { administratorApi, apiToken, newUser, unique } from "../support/api.ts";
import { ORIGIN } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { newcomer } from "../support/scim.ts";

const BOM = [0xef, 0xbb, 0xbf];
const utf8 = (text: string) => [...new TextEncoder().encode(text)];
const latin1 = (text: string) => [...text].map((it) => it.codePointAt(0)!);
const utf16 = (text: string) => [
  0xff,
  0xfe,
  ...[...text].flatMap((it) => [it.charCodeAt(0), 0]),
];

testOnEach(
  "JSON with a byte order mark is taken by the API and by SCIM, another encoding is named",
  async ({ db }) => {
    const { running, owner } = await administratorApi(db);
    const { text: token } = await apiToken(db, { ownerId: owner.id });
    const send = async (
      path: string,
      bytes: number[],
      headers: Record<string, string> = {},
    ) => {
      const response = await running.app.request(ORIGIN + path, {
        method: "POST",
        body: new Uint8Array(bytes),
        headers: {
          Authorization: `Bearer ${token}`,
          "Content-Type": "application/json",
          ...headers,
        },
      }, { address: "192.0.2.9" });
      return { status: response.status, json: await response.json() };
    };
    const bodies = {
      "/api/v1/users": () => ({ ...newUser(unique()), name: "Jürgen Groß" }),
      "/scim/v2/Users": () => ({ ...newcomer(), displayName: "Jürgen Groß" }),
    };
    for (const [path, body] of Object.entries(bodies)) {
      const text = JSON.stringify(body());
      const marked = await send(path, [...BOM, ...utf8(text)]);
      assert.equal(marked.status, 201, JSON.stringify(marked.json));
      assert.equal(marked.json.displayName ?? marked.json.name, "Jürgen Groß");
      for (const encode of [latin1, utf16]) {
        const { status, json } = await send(path, encode(text));
        assert.equal(status, 400);
        assert.match(json.detail, /not UTF-8.*ISO-8859-1.*Send it as UTF-8/);
      }
      for (const bytes of [[...BOM, ...BOM, ...utf8(text)], BOM]) {
        const { status, json } = await send(path, bytes);
        assert.equal(status, 400);
        assert.match(json.detail, /not JSON/);
      }
    }
    // By its key, a request with the mark is the one without.
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    const text = utf8(JSON.stringify(bodies["/api/v1/users"]()));
    const first = await send("/api/v1/users", text, headers);
    const again = await send("/api/v1/users", [...BOM, ...text], headers);
    assert.deepEqual(again, first);
  },
);
