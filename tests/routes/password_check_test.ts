import assert from "node:assert/strict";
import { type Browser, browser, csrfOf, program } from "../support/app.ts";
import { testEmbedded } from "../support/database.ts";
import { person } from "../support/people.ts";

const DEAR = "4@3$10!57+(<8|6%2_5_^[^5_[[[5^_[^^^[[___[^^5_5^_5";
const PATH = "/account/password/check";

/** Checks as the form sends them, without waiting in between. */
async function checks(visitor: Browser, passwords: string[]) {
  const page = await (await visitor.get("/account/password")).text();
  return await Promise.all(
    passwords.map((newPassword) =>
      visitor.send("POST", PATH, {
        body: new URLSearchParams({ csrf: csrfOf(page), newPassword })
          .toString(),
        headers: {
          "Content-Type": "application/x-www-form-urlencoded",
          Origin: "http://localhost:8000",
          "Sec-Fetch-Site": "same-origin",
        },
        htmx: true,
      })
    ),
  );
}

testEmbedded(
  "of many checks at once in one session only the newest are judged; another session is answered meanwhile",
  async ({ db }) => {
    const running = program({ db });
    const [flood, other] = [browser(running), browser(running)];
    await flood.signIn(await person(db));
    await other.signIn(await person(db));
    const dear = Array.from({ length: 25 }, (_, i) => `${i}${DEAR}`);
    const [answers, [calm]] = await Promise.all([
      checks(flood, dear),
      checks(other, ["velvet harbour tango 9"]),
    ]);
    assert.match(await calm!.text(), /It meets the rules/);
    const judged = answers.filter((it) => it.status === 200);
    const left = answers.filter((it) => it.status === 204);
    assert.ok(judged.length >= 1, "the newest");
    assert.ok(left.length > judged.length, `${judged.length} judged`);
    assert.equal(judged.length + left.length, dear.length);
  },
);

testEmbedded(
  "too many checks of one session are put off, and say that saving checks too; saving goes on",
  async ({ db }) => {
    const running = program({ db });
    const visitor = browser(running);
    const user = await person(db);
    await visitor.signIn(user);
    const answers = await checks(
      visitor,
      Array.from({ length: 60 }, () => "short"),
    );
    const late = answers.filter((it) => it.status === 429);
    assert.ok(late.length > 0);
    for (const it of late) {
      assert.ok(Number(it.headers.get("retry-after")) >= 1);
      assert.match(await it.text(), /is checked when you save it/);
    }
    const other = browser(running);
    await other.signIn(await person(db));
    assert.equal((await checks(other, ["short"]))[0]!.status, 200);
    const changed = await visitor.post("/account/password", {
      currentPassword: user.password,
      newPassword: "velvet harbour tango 9",
    });
    assert.equal(changed.status, 200);
  },
);
