import assert from "node:assert/strict";
import { dictionary } from "@zxcvbn-ts/language-common";
import {
  createPasswordPolicy,
  type PasswordPolicySettings,
} from "../../services/password_policy.ts";

const SETTINGS: PasswordPolicySettings = {
  minLength: 10,
  maxLength: 128,
  minScore: 3,
  contextWords: ["passdesk"],
};
const policy = createPasswordPolicy(SETTINGS);
const lengthOnly = createPasswordPolicy({ ...SETTINGS, minScore: 0 });
const ANNA = ["Anna Schmidt", "aschmidt", "anna.schmidt@example.org"];

/** The rules that a password breaks. */
async function broken(password: string, about: string[] = ANNA, by = policy) {
  const { violations } = await by.check(password, about);
  return violations.map(({ rule }) => rule);
}

const EMOJI = "🦊🌵🎺🧊🪁🐙🍉🚲🎈🧲";
const random = (length: number, letters: string) =>
  Array.from(
    crypto.getRandomValues(new Uint32Array(length)),
    (number) => letters[number % letters.length],
  ).join("");

Deno.test("ten characters are enough and nine are not (ASVS 6.2.1)", async () => {
  assert.deepEqual(await broken("vxq kzmwtr"), []);
  assert.deepEqual((await policy.check("vxq kzmwt", ANNA)).violations[0], {
    rule: "too_short",
    length: 9,
    min: 10,
  });
});

Deno.test("128 characters are permitted and 129 are told the limit (ASVS 6.2.9, NIST-63B-3.1.1.2-b, CPH-4)", async () => {
  const longest = "🦊 jumps over ".repeat(11).slice(0, 128 + 10);
  const at = [...longest].slice(0, 128).join("");
  for (const length of [64, 128]) {
    const password = random(length, "abcdefghijklmnopqrstuvwxyz ABC0123456789");
    assert.deepEqual(await broken(password), []);
  }
  assert.deepEqual(await broken(at, ANNA, lengthOnly), []);
  assert.deepEqual((await policy.check(`${at}🦊`, ANNA)).violations[0], {
    rule: "too_long",
    length: 129,
    max: 128,
  });
});

Deno.test("each code point counts as one character, after NFC (NIST-63B-3.1.1.2-c)", async () => {
  assert.equal(EMOJI.length, 20);
  assert.deepEqual(await broken(EMOJI), []);
  const five = [...EMOJI].slice(0, 5).join("");
  assert.ok((await broken(five)).includes("too_short"));
  const nine = [...EMOJI].slice(0, 9).join("");
  assert.deepEqual((await policy.check(nine, ANNA)).violations[0], {
    rule: "too_short",
    length: 9,
    min: 10,
  });
  assert.ok(
    (await broken("e\u0301".repeat(9), ANNA, lengthOnly)).includes("too_short"),
  );
  assert.deepEqual(await broken("e\u0301".repeat(10), ANNA, lengthOnly), []);
  assert.deepEqual(await broken("e\u0301".repeat(128), ANNA, lengthOnly), []);
});

Deno.test("any characters will do: digits, lower case, spaces or emoji alone (ASVS 6.2.5, NIST-63B-3.1.1.2-d)", async () => {
  for (
    const password of [
      "8305719264",
      "70418926355170",
      "qmzvkxwtrb",
      "QMZVKXWTRB",
      "my password manager rocks",
      EMOJI,
      [...EMOJI].slice(0, 5).join(" ") + " ",
      "съешь ещё этих булок",
      "正しい馬電池ホチキスの針だよ",
    ]
  ) assert.deepEqual(await broken(password), [], password);
});

Deno.test("ten spaces and an emoji break no rule but the score (ASVS 6.2.5)", async () => {
  for (
    const password of [`${" ".repeat(10)}🦊`, "🦊".repeat(10), " ".repeat(10)]
  ) {
    assert.deepEqual(await broken(password, ANNA, lengthOnly), [], password);
    assert.deepEqual(await broken(password), ["too_guessable"], password);
  }
});

const COMMON = dictionary["passwords-common"];

Deno.test("all of the common passwords are refused that are long enough, in any case (ASVS 6.2.4, NIST-63B-3.1.1.2-h)", async () => {
  const long = COMMON.filter((it) => it.length >= 10);
  assert.ok(COMMON.length > 49_000);
  assert.ok(long.length > 1500);
  for (const password of long) {
    const shouted = password.toUpperCase();
    assert.ok(
      (await broken(password, [], lengthOnly)).includes("common"),
      password,
    );
    assert.ok(
      (await broken(shouted, [], lengthOnly)).includes("common"),
      shouted,
    );
  }
});

Deno.test("the 3,000 most common of 8 characters or more are refused where 8 will do (ASVS 6.2.4)", async () => {
  const eight = createPasswordPolicy({
    ...SETTINGS,
    minLength: 8,
    minScore: 0,
  });
  const top = COMMON.filter((it) => it.length >= 8).slice(0, 3000);
  assert.equal(top.length, 3000);
  for (const password of top) {
    assert.deepEqual(await broken(password, [], eight), ["common"], password);
  }
});

Deno.test("nearly all common passwords with the usual endings are too guessable", async () => {
  const endings = ["123", "1234", "12345", "2024", "1!", "123!", "!!", "1990"];
  const made = COMMON.slice(0, 400).flatMap((
    it,
  ) => [...endings.map((end) => it + end), it + it])
    .filter((it) => it.length >= 10);
  const accepted: string[] = [];
  for (let at = 0; at < made.length; at += 100) {
    await Promise.all(
      made.slice(at, at + 100).map(async (it) => {
        if ((await broken(it)).length === 0) accepted.push(it);
      }),
    );
  }
  assert.ok(made.length > 1000);
  assert.ok(
    accepted.length < made.length * 0.02,
    `${accepted.length} of ${made.length}: ${accepted.slice(0, 20)}`,
  );
});

Deno.test("a refused common password is not called guessable too", async () => {
  assert.deepEqual(await broken("1234567890"), ["common"]);
});

Deno.test("a common password in full-width letters, or with signs between that nobody sees, is refused (ASVS 6.2.4)", async () => {
  for (
    const password of [
      "ｐａｓｓｗｏｒｄ１２３４",
      "ＰＡＳＳＷＯＲＤ１２３４",
      "password\u200b1234",
      "pass\u00adword\ufeff1234",
    ]
  ) {
    assert.deepEqual(await broken(password, [], lengthOnly), ["common"]);
  }
  assert.deepEqual(
    await broken("ｐａｓｓｗｏｒｄ１２３４ heron walks", [], lengthOnly),
    [],
  );
});

Deno.test("a common password within a longer one is no reason to refuse (NIST-63B-3.1.1.2-h)", async () => {
  assert.deepEqual(await broken("qwertyuiop purple walrus"), []);
});

Deno.test("what can't be typed is no text", async () => {
  const broke = [
    "tail\0of words",
    "tab\there it is",
    "line\nbreak here",
    "\u007fdelete it now",
    "\u0085next line it",
    "\ud800surrogate",
    "surrogate\udc00",
    "dama\ufffdged text",
  ];
  for (const password of broke) {
    const { violations, score } = await policy.check(password, ANNA);
    assert.deepEqual(
      violations,
      [{ rule: "not_text" }],
      JSON.stringify(password),
    );
    assert.equal(score, 0);
  }
  assert.deepEqual(await broken("👩‍👩‍👧‍👦 family dinner"), []);
});

Deno.test("everything that is wrong is told at once", async () => {
  assert.deepEqual(await broken("anna1"), ["too_short", "context_word"]);
  assert.deepEqual(await broken("abc"), ["too_short", "too_guessable"]);
  assert.deepEqual(await broken(""), ["too_short", "too_guessable"]);
});

Deno.test("the lowest score is a setting", async () => {
  const password = "P@ssw0rd2026!";
  assert.equal((await policy.check(password, [])).score, 2);
  for (
    const [minScore, expected] of [[2, []], [3, ["too_guessable"]]] as const
  ) {
    const other = createPasswordPolicy({ ...SETTINGS, minScore });
    assert.deepEqual(await broken(password, [], other), expected);
  }
});

Deno.test("the settings can be read", () => {
  assert.deepEqual(policy.settings, SETTINGS);
});
