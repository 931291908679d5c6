import assert from "node:assert/strict";
import { browser, type Program, program } from "../support/app.ts";
import { testEmbedded } from "../support/database.ts";
import { person } from "../support/people.ts";
import { codeOf, enrolTotp } from "../support/totp.ts";

const NO_BREAK = "\u00a0";
const THIN = "\u2009";
const NARROW_NO_BREAK = "\u202f";
const IDEOGRAPHIC = "\u3000";
const WORD_JOINER = "\u2060";

const wide = (code: string) =>
  code.replace(
    /\d/g,
    (it) => String.fromCharCode(it.charCodeAt(0) + 0xff10 - 0x30),
  );
const split = (sign: string) => (code: string) =>
  code.slice(0, 3) + sign + code.slice(3);

/** As apps show codes, and as web pages, mails and keyboards let them be copied. */
const SPELLINGS: Record<string, (code: string) => string> = {
  "a hyphen": split("-"),
  "a no-break space": split(NO_BREAK),
  "a thin space": split(THIN),
  "a narrow no-break space": split(NARROW_NO_BREAK),
  "an ideographic space": split(IDEOGRAPHIC),
  "a word joiner": split(WORD_JOINER),
  "an en dash": split("–"),
  "a non-breaking hyphen": split("\u2011"),
  "a minus sign": split("−"),
  "a dot": split("."),
  "a middle dot": split("·"),
  "a tab and a line end": (code) => `\t${code}\r\n`,
  "full-width digits": wide,
};

/** Somebody with an app, and a browser that has given the password. */
async function atSecondStep(running: Program) {
  const user = await person(running.services.db);
  const own = browser(running);
  await own.signIn(user);
  const enrolled = await enrolTotp(own);
  const next = async () => {
    const visitor = browser(running);
    await visitor.signIn(user);
    return (code: string) => visitor.post("/sign-in/second-factor", { code });
  };
  return { ...enrolled, next, give: await next() };
}

testEmbedded(
  "a code of the app is taken with any separators and in full-width digits, at sign-in",
  async ({ db }) => {
    const running = program({ db });
    for (const [name, spell] of Object.entries(SPELLINGS)) {
      const { secret, give } = await atSecondStep(running);
      const answer = await give(spell(codeOf(secret)));
      assert.equal(answer.status, 303, name);
    }
  },
);

testEmbedded("and where the app is added", async ({ db }) => {
  const running = program({ db });
  for (const [name, spell] of Object.entries(SPELLINGS)) {
    const own = browser(running);
    await own.signIn(await person(db));
    await own.post("/account/totp", {}, { from: "/account/password" });
    const page = await (await own.get("/account/totp")).text();
    const secret = page.match(/<code class="key">([A-Z2-7 ]+)<\/code>/)![1]!
      .replaceAll(" ", "");
    const done = await own.post("/account/totp/confirmation", {
      code: spell(codeOf(secret, 0)),
    }, { from: "/account/totp" });
    assert.equal(done.status, 200, name);
  }
});

testEmbedded(
  "a recovery code is taken with any separators, full-width too",
  async ({ db }) => {
    const running = program({ db });
    const { recoveryCodes, next } = await atSecondStep(running);
    const spellings = [
      (it: string) => it.replace("-", "–"),
      (it: string) => it.replace("-", NO_BREAK),
      (it: string) => [...it.replace("-", "")].join(THIN),
      (it: string) => it.replace("-", "·"),
      (it: string) =>
        it.replace(
          /[!-~]/g,
          (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0),
        ),
    ];
    for (const [i, spell] of spellings.entries()) {
      const give = await next();
      const answer = await give(spell(recoveryCodes[i]!));
      assert.equal(answer.status, 303, spell(recoveryCodes[i]!));
    }
  },
);

testEmbedded("separators make no code of what is none", async ({ db }) => {
  const running = program({ db });
  const { secret, give } = await atSecondStep(running);
  const code = codeOf(secret);
  for (const wrong of [`${code.slice(0, 3)}x${code.slice(3)}`, `${code}0`]) {
    const answer = await give(wrong);
    assert.equal(answer.status, 422, wrong);
  }
});

const CLOCK = /Our clock showed \d\d:\d\d:\d\d UTC/;

testEmbedded(
  "a wrong code is answered with our clock, in the same words whether a telephone's clock is off or not",
  async ({ db }) => {
    const running = program({ db });
    const { secret, give } = await atSecondStep(running);
    const answers = [];
    for (const code of [codeOf(secret, 3), codeOf(secret, -3), "000000"]) {
      const answer = await give(code);
      assert.equal(answer.status, 422);
      const html = await answer.text();
      assert.match(html, CLOCK);
      const notice = html.match(/<div class="notice bad".*?<\/div>/)![0];
      answers.push(notice.replace(CLOCK, ""));
    }
    assert.equal(new Set(answers).size, 1);
  },
);

testEmbedded("and where the app is added too", async ({ db }) => {
  const running = program({ db });
  const own = browser(running);
  await own.signIn(await person(db));
  await own.post("/account/totp", {}, { from: "/account/password" });
  const answer = await own.post("/account/totp/confirmation", {
    code: "000000",
  }, { from: "/account/totp" });
  assert.equal(answer.status, 422);
  assert.match(await answer.text(), CLOCK);
});
