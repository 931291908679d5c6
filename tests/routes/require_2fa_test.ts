import assert from "node:assert/strict";
import { readSettings } from "../../services/config.ts";
import { describePasswordLengths } from "../../services/second_factor_rules.ts";
import { browser, hidden, program } from "../support/app.ts";
import { testOnEach } from "../support/database.ts";
import { passwordOf } from "../support/rows.ts";
import { person } from "../support/people.ts";
import { enrolTotp } from "../support/totp.ts";

testOnEach(
  "whoever must have a second factor reaches nothing but adding one (ASVS 6.3.3)",
  async ({ db }) => {
    const running = program({ db }, { REQUIRE_2FA: "staff" });
    const desk = browser(running);
    await desk.signIn(await person(db, { permissions: ["user_management"] }));
    for (
      const path of ["/", "/users", "/help", "/account/sessions", "/reports"]
    ) {
      const away = await desk.get(path);
      assert.equal(away.headers.get("location"), "/account/password", path);
    }
    const page = await (await desk.get("/account/password")).text();
    assert.match(page, /must have a second factor/);
    assert.doesNotMatch(page, /User Management/);
    await enrolTotp(desk);
    assert.equal((await desk.get("/users")).status, 200);

    const plain = browser(running);
    await plain.signIn(await person(db));
    assert.equal((await plain.get("/help")).status, 200);
  },
);

testOnEach(
  "with REQUIRE_2FA=all everybody must; the service refuses too, whatever door was open (ASVS 8.3.1)",
  async ({ db }) => {
    const lenient = program({ db });
    const desk = browser(lenient);
    await desk.signIn(await person(db, { permissions: ["user_management"] }));
    const user = await person(db);
    const path = `/users/${user.id}/password`;
    const html = await (await desk.get(path)).text();
    const before = await passwordOf(db, user.id);

    const strict = program({ db }, { REQUIRE_2FA: "all" });
    const { setPassword } = await import("../../services/passwords.ts");
    const { resumeSession } = await import("../../services/sessions.ts");
    const context = {
      ...strict.services,
      requestId: "r",
      address: "192.0.2.7",
      userAgent: "",
    };
    const actor = await resumeSession(
      context,
      desk.cookies.get("passdesk-session"),
    );
    assert.equal(actor?.mustEnrol, true);
    const set = await setPassword(context, {
      actor: actor!,
      subjectId: user.id,
      input: {
        password: "a heron on each post",
        proof: "",
        temporary: true,
        reason: "no_mailbox",
        reasonText: "",
        formId: hidden(html, "formId"),
        seenSetAt: Number(hidden(html, "seenSetAt")),
      },
    });
    assert.equal(set.ok, false);
    assert.deepEqual(await passwordOf(db, user.id), before);
  },
);

testOnEach(
  "without a second factor a password must be longer; with one it need not (NIST SP 800-63B-4 3.1.1.2)",
  async ({ db }) => {
    const running = program({ db }, {
      PASSWORD_MIN_LENGTH_SINGLE_FACTOR: "15",
    });
    const user = await person(db);
    const own = browser(running);
    await own.signIn(user);
    const [short, long] = ["wren7 fig lamp", "wren7 fig lamps"];
    assert.equal([short.length, long.length].join(), "14,15");
    const change = (currentPassword: string, newPassword: string) =>
      own.post("/account/password", { currentPassword, newPassword });
    const refused = await change(user.password, short);
    assert.equal(refused.status, 422);
    assert.match(await refused.text(), /14 of at least 15/);
    assert.equal((await change(user.password, long)).status, 200);
    await enrolTotp(own);
    const page = await (await own.get("/account/password")).text();
    assert.match(page, /10 to 128 characters/);
    assert.equal((await change(long, short)).status, 200);

    await own.post("/account/totp/removal", {});
    const away = await own.get("/help");
    assert.equal(away.headers.get("location"), "/account/password");
    assert.equal((await passwordOf(db, user.id))?.temporary, true);
    assert.equal((await change(short, "wren8 fig lamps")).status, 200);
    assert.equal((await own.get("/help")).status, 200);
  },
);

Deno.test("the start says whether the passwords are long enough for NIST", () => {
  const line = (environment: Record<string, string>) =>
    describePasswordLengths(readSettings(environment));
  assert.match(line({}), /10 characters are too few/);
  assert.match(line({ REQUIRE_2FA: "all" }), /conform/);
  assert.match(line({ PASSWORD_MIN_LENGTH_SINGLE_FACTOR: "15" }), /conform/);
});
