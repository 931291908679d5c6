import assert from "node:assert/strict";
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

Deno.test("a password made only of names, digits and punctuation is refused (ASVS 6.2.11)", async () => {
  const refused: [string, string][] = [
    ["aschmidt2026!!", "aschmidt"],
    ["ASchmidt2026!!", "aschmidt"],
    ["a-s-c-h-m-i-d-t 2026", "aschmidt"],
    ["2026anna2026", "Anna"],
    ["annaschmidt1", "Anna"],
    ["schmidtanna1", "Schmidt"],
    ["Schmidt.Schmidt", "Schmidt"],
    ["anna anna anna", "Anna"],
    ["annapassdesk", "Anna"],
    ["Passdesk2026", "passdesk"],
    ["passdesk!!", "passdesk"],
    ["anna.schmidt@example.org", "Anna"],
    ["example 2026 !", "example"],
    ["ännä schmidt!", "Anna"],
  ];
  for (const [password, word] of refused) {
    const { violations } = await lengthOnly.check(password, ANNA);
    const found = violations.find((it) => it.rule === "context_word");
    assert.ok(found, `${password} accepted`);
    if (!["anna.schmidt@example.org", "annaschmidt1"].includes(password)) {
      assert.equal(found.word, word, password);
    }
  }
});

Deno.test("a password that only contains a context word is accepted (ASVS 6.2.11 with NIST-63B-3.1.1.2-h)", async () => {
  for (
    const password of [
      "my password manager rocks",
      "passdesk is a purple walrus",
      "anna eats cold noodles",
      "xxaschmidtqv",
    ]
  ) {
    assert.deepEqual(await broken(password, ANNA, lengthOnly), [], password);
  }
});

Deno.test("umlauts are the same written in either way (ASVS 6.2.11)", async () => {
  const jorg = ["Jörg Müller-Strauß", "jmueller"];
  for (
    const password of [
      "Müller2026!",
      "mueller2026!",
      "Muller2026!",
      "jörg mueller",
      "Strauss 2026",
      "JoergMuller",
    ]
  ) {
    assert.deepEqual(
      await broken(password, jorg, lengthOnly),
      ["context_word"],
      password,
    );
  }
  assert.deepEqual(await broken("müller 2026", ["Mueller"], lengthOnly), [
    "context_word",
  ]);
});

Deno.test("a staff number is a context word too; random digits beside nobody's name are not (ASVS 6.2.11)", async () => {
  assert.deepEqual(await broken("#10023456#", ["10023456"], lengthOnly), [
    "context_word",
  ]);
  assert.deepEqual(await broken("1002345610023456", ["10023456"], lengthOnly), [
    "context_word",
  ]);
  assert.deepEqual(await broken("u1002345!!", ["u1002345"], lengthOnly), [
    "context_word",
  ]);
  assert.deepEqual(await broken("8305719264", ["10023456"]), []);
});

Deno.test("names of less than four letters are no context words", async () => {
  assert.deepEqual(await broken("bo bo bo bo", ["Bo Li"], lengthOnly), []);
  assert.deepEqual(await broken("bo-li-2026", ["Bo Li"], lengthOnly), [
    "context_word",
  ]);
});

Deno.test("names in other scripts are context words", async () => {
  assert.deepEqual(await broken("Иванова2026", ["Анна Иванова"], lengthOnly), [
    "context_word",
  ]);
  assert.deepEqual(await broken("ΠΑΠΑΔΆΚΗ2026", ["Παπαδάκη"], lengthOnly), [
    "context_word",
  ]);
});

Deno.test("empty and hostile words about somebody do no harm", async () => {
  for (
    const about of [
      [],
      ["", " ", "@", "...", "1"],
      ["__proto__", "constructor", "toString"],
      Array.from({ length: 1000 }, (_, n) => `name${n}`.repeat(100)),
      ["a".repeat(100_000)],
    ]
  ) {
    assert.deepEqual(await broken("vxq kzmwtr pl", about), []);
    assert.deepEqual(await broken("1234567890", about), ["common"]);
  }
  for (
    const password of [
      "constructor",
      "__proto__hasOwnProperty",
      "toStringvalueOf",
    ]
  ) {
    const { score } = await policy.check(password, []);
    assert.ok(Number.isInteger(score) && score >= 0 && score <= 4);
  }
});
