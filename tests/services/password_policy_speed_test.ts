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
const ANNA = ["Anna Schmidt", "aschmidt", "anna.schmidt@example.org"];

const random = (length: number, letters: string) =>
  Array.from(
    crypto.getRandomValues(new Uint32Array(length)),
    (number) => letters[number % letters.length],
  ).join("");

const WORST: Record<string, string> = {
  "one letter": "a".repeat(128),
  "two letters": "ab".repeat(64),
  "a repeated common password": "password1".repeat(14).slice(0, 128),
  "a repeated common password in l33t": "p4$$w0rd".repeat(16),
  "random characters": random(
    128,
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789!@#$%^&*() ",
  ),
  "random l33t": random(128, "4@3$10!57+(<8|6%2"),
  "random l33t that reads several ways": random(128, "|/\\_()<>[]{}-'`^v"),
  "random digits": random(128, "0123456789"),
  "repeated dates": "19991231".repeat(16),
  "one l33t sign": "@".repeat(128),
  "spelt l33t": "/\\/\\|_||<|)()".repeat(10).slice(0, 128),
  "emoji": "😀".repeat(128),
  "a name without end": "annaschmidt".repeat(12).slice(0, 128),
  "nearly only a name": "anna".repeat(31) + "x",
  "a megabyte": "x9".repeat(524_288),
};

for (const [name, password] of Object.entries(WORST)) {
  Deno.test(`the worst of input is judged before the deadline: ${name}`, async () => {
    const { score } = await policy.check(password, ANNA);
    assert.ok(score >= 0);
  });
}

Deno.test("the event loop goes round while passwords are judged (ASVS 15.2.2)", async () => {
  let rounds = 0;
  const timer = setInterval(() => rounds++, 0);
  const dear = Array.from(
    { length: 20 },
    () => random(128, "4@3$10!57+(<8|6%2"),
  );
  await Promise.all(dear.map((it) => policy.check(it, ANNA)));
  clearInterval(timer);
  assert.ok(rounds >= dear.length, `${rounds} rounds`);
});
