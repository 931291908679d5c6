import assert from "node:assert/strict";
import { createToken, formatToken } from "../../services/tokens.ts";
import { browser, ORIGIN, program } from "../support/app.ts";
import { testEmbedded, testOnEach } from "../support/database.ts";
import { person } from "../support/people.ts";

const LINKS = [
  "/setup",
  "/password-resets",
  "/not-me",
  "/email-confirmation",
  "/email-stop",
];

testOnEach(
  "only what has the form of a link's token becomes a cookie (ASVS 14.2.1)",
  async (connection) => {
    for (const path of LINKS) {
      for (
        const token of [
          "a".repeat(8_000),
          "a",
          "%F0%9F%92%A5",
          `${formatToken(createToken())}.x`,
          `${formatToken(createToken())}x`,
        ]
      ) {
        const visitor = browser(program(connection));
        const answer = await visitor.get(`${path}/${token}`);
        assert.equal(answer.status, 303, `${path} ${token.slice(0, 20)}`);
        assert.equal(visitor.cookies.size, 0, `${path} ${token.slice(0, 20)}`);
        const next = answer.headers.get("location")!;
        assert.equal((await visitor.get(next)).status, 403);
      }
      const visitor = browser(program(connection));
      await visitor.get(`${path}/${formatToken(createToken())}`);
      assert.equal(visitor.cookies.size, 1, path);
      await visitor.get(`${path}/mistyped`);
      assert.equal(visitor.cookies.size, 0, path);
    }
  },
);

/** Bytes of a header of an answer: common proxies read 4 KiB or 8 KiB of all of them. */
const MOST = 4_096;

testEmbedded(
  "no header of an answer grows with what was asked for",
  async (connection) => {
    const running = program(connection);
    const visitor = browser(running);
    const member = browser(running);
    const people = await person(connection.db, {
      permissions: ["user_management", "administration", "audit_log"],
    });
    await member.signIn(people);
    const id = people.id;
    const longs = [
      "a".repeat(30_000),
      "ä".repeat(10_000),
      "💥".repeat(900),
      "%".repeat(9_000),
      "&a=b".repeat(5_000),
      "/".repeat(9_000),
    ];
    const answers: [string, Promise<Response>][] = [];
    for (const long of longs) {
      const text = encodeURIComponent(long);
      for (
        const path of [
          `/users?query=${text}`,
          `/sign-in?next=${text}`,
          `/sign-in?next=/users%3Fquery=${text}`,
          `/sign-in?next=/${text}`,
          `/account/check?next=/${text}`,
          `/users/${id}?from=query%3D${text}`,
          `/users/${id}/edit?from=${text}`,
          `/users/${id}/password?from=${text}&${text}`,
          `/audit?person=${text}`,
          `/${text}`,
          `/reports?${text}`,
          `/api/v1/users?query=${text}`,
          `/api/v1/audit-events?person=${text}`,
          `/api/v1/audit-events?limit=1&${text}`,
          `/api/v1/audit-events?limit=1&cursor=${text}`,
          `/scim/v2/Users?filter=${text}`,
        ]
      ) {
        for (const client of [visitor, member]) {
          answers.push([path, client.get(path)]);
          answers.push([path, client.get(path, { htmx: true })]);
        }
      }
      const headers = {
        "HX-Current-URL": `${ORIGIN}/users?query=${text}`,
        "Content-Type": "application/x-www-form-urlencoded",
        Origin: ORIGIN,
      };
      answers.push([
        "posted",
        visitor.send("POST", "/sign-out", { headers, htmx: true, body: "" }),
      ]);
      const Referer = headers["HX-Current-URL"];
      answers.push([
        "posted from",
        visitor.send("POST", "/sign-out", {
          headers: { ...headers, "HX-Current-URL": "/", Referer },
          body: "",
        }),
      ]);
      for (const next of [`/users?query=${text}`, `/${text}`]) {
        const other = browser(running);
        answers.push([
          "signed in",
          other.post("/sign-in", {
            identifier: people.username,
            password: people.password,
            next,
          }),
        ]);
      }
      answers.push([
        "edited",
        member.post(`/users/${id}/disablement`, { from: `query=${text}` }, {
          from: "/account/password",
        }),
      ]);
    }
    for (const [path, pending] of answers) {
      const answer = await pending;
      assert.ok(answer.status < 500, `${answer.status} ${path.slice(0, 60)}`);
      for (const [name, value] of answer.headers) {
        assert.ok(
          value.length <= MOST,
          `${path.slice(0, 60)}: ${name} has ${value.length} bytes`,
        );
      }
    }
  },
);

testEmbedded(
  "a search that is not too long is still there after signing in",
  async (connection) => {
    const visitor = browser(program(connection));
    const path = `/users?query=${encodeURIComponent("Größe Åström 名前")}`;
    const asked = await visitor.get(path);
    const signIn = asked.headers.get("location")!;
    assert.equal(new URL(signIn, ORIGIN).searchParams.get("next"), path);
    const long = await visitor.get(`${path}&state=${"a".repeat(3_000)}`);
    assert.equal(
      long.headers.get("location"),
      `/sign-in?${new URLSearchParams({ next: "/users" })}`,
    );
  },
);
