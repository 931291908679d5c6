import assert from "node:assert/strict";
import { BODY_LIMIT } from "../routes/form.ts";
import { apiToken } from "./support/api.ts";
import { program } from "./support/app.ts";
import { embedded } from "./support/embedded.ts";
import { listen } from "../routes/listen.ts";
import { person } from "./support/people.ts";
import { freePort } from "./support/process.ts";

/** The program on a socket: `app.request` makes a Request of another class than a socket's. */
async function served() {
  const connection = await embedded();
  const port = freePort();
  const origin = `http://localhost:${port}`;
  const running = program(connection, {
    PUBLIC_URL: origin,
    IMPORT_MAX_MB: "1",
  });
  const listener = await listen(running.app.fetch, {
    hostname: "127.0.0.1",
    port,
    deadlines: { header: 5, body: () => 5, idle: 5, silent: 20 },
    log: running.services.log,
  });
  const { id: ownerId } = await person(connection.db, {
    permissions: ["administration", "user_management", "audit_log"],
  });
  const { text: token } = await apiToken(connection.db, { ownerId });
  /** Sends what fetch can only send chunked: it doesn't know its length. */
  const send = async (
    path: string,
    type: string,
    body: string,
    cookie = "",
  ) => {
    const answer = await fetch(origin + path, {
      method: "POST",
      redirect: "manual",
      headers: {
        "Content-Type": type,
        Origin: origin,
        Cookie: cookie,
        ...(path !== "/sign-in" && { Authorization: `Bearer ${token}` }),
      },
      body: new Blob([body]).stream(),
    });
    return { status: answer.status, text: await answer.text() };
  };
  return {
    ...running,
    send,
    origin,
    close: async () => {
      await listener.close(5_000);
      await connection.close();
    },
  };
}

const FORM = "application/x-www-form-urlencoded";
const SCIM = "application/scim+json";

Deno.test("a chunked body is read at every door (RFC 9112, 7.1), and one that is too long is a 413", async () => {
  const { send, origin, log, close } = await served();
  const user = (name: string) =>
    JSON.stringify({ name: "Uwe", username: name });
  const scimUser = JSON.stringify({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName: "ute",
    displayName: "Ute",
  });
  const page = await fetch(`${origin}/sign-in`);
  const cookie = page.headers.getSetCookie().map((it) => it.split(";")[0])
    .join("; ");
  const csrf = (await page.text()).match(/name="csrf" value="([^"]+)"/)![1]!;
  const form = new URLSearchParams({
    csrf,
    identifier: "nobody.at.all",
    password: "a wrong password",
  });
  const signedIn = await send("/sign-in", FORM, `${form}`, cookie);
  assert.equal(signedIn.status, 422, signedIn.text);
  assert.ok(signedIn.text.includes('value="nobody.at.all"'), signedIn.text);
  const long = " ".repeat(BODY_LIMIT);
  for (
    const [path, type, body, status] of [
      ["/api/v1/users", "application/json", user("uwe"), 201],
      ["/scim/v2/Users", SCIM, scimUser, 201],
      ["/api/v1/imports", "text/csv", "username,name\r\nuli,Uli\r\n", 202],
      ["/sign-in", FORM, `identifier=a&password=${long}`, 413],
      ["/api/v1/users", "application/json", user("ulf") + long, 413],
      ["/scim/v2/Users", SCIM, scimUser + long, 413],
      ["/api/v1/imports", "text/csv", "x,y\r\n".repeat(300_000), 413],
    ] as const
  ) {
    const answer = await send(path, type, body);
    assert.equal(answer.status, status, `${path} ${answer.text}`);
  }
  assert.deepEqual(log.filter((it) => it.level !== "info"), []);
  await close();
});
