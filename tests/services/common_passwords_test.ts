import assert from "node:assert/strict";
import {
  COMMON_PASSWORDS_OF_EACH_LENGTH,
  commonPasswordsFile,
  readCommonPasswords,
} from "../../services/common_passwords.ts";
import { createPasswordPolicy } from "../../services/password_policy.ts";

const list = await Deno.readFile(commonPasswordsFile());
const found = readCommonPasswords(list);

const admitted = (minLength: number) =>
  [...found].filter((it) => [...it].length >= minLength);

Deno.test("the list has the most frequent 20,000 that each minimum length admits (ASVS 6.2.4)", () => {
  for (const minLength of [8, 9, 10, 11, 12]) {
    const long = new Set<string>();
    for (const it of new TextDecoder().decode(list).split("\n")) {
      const password = it.trim().normalize("NFC").toLowerCase();
      if ([...password].length >= minLength) long.add(password);
      if (long.size === COMMON_PASSWORDS_OF_EACH_LENGTH) break;
    }
    assert.equal(long.size, COMMON_PASSWORDS_OF_EACH_LENGTH);
    for (const it of long) assert.ok(found.has(it), it);
  }
  assert.ok(admitted(10).length >= COMMON_PASSWORDS_OF_EACH_LENGTH);
  assert.ok(admitted(16).length > 3000, "also where 16 are asked for");
  assert.ok(found.size < 200_000, "in memory once");
});

Deno.test("every one of them is refused by the policy, in any case of letters (ASVS 6.2.4)", async () => {
  const policy = createPasswordPolicy({
    minLength: 10,
    maxLength: 128,
    minScore: 0, // so that nothing else would refuse it
    contextWords: [],
  });
  const ten = admitted(10);
  for (let at = 0; at < ten.length; at += 100) {
    await Promise.all(
      ten.slice(at, at + 100).map(async (password, i) => {
        const typed = i % 2 === 0 ? password : password.toUpperCase();
        const { violations, score } = await policy.check(typed, []);
        assert.deepEqual(violations, [{ rule: "common" }], typed);
        assert.equal(score, 0);
      }),
    );
  }
});
