import assert from "node:assert/strict";
import {
  generatePassphrase,
  PASSPHRASE_BITS,
  PASSPHRASE_WORDS,
} from "../../services/passphrase.ts";
import { createPasswordPolicy } from "../../services/password_policy.ts";

const policy = createPasswordPolicy({
  minLength: 10,
  maxLength: 128,
  minScore: 3,
  contextWords: ["passdesk"],
});
const ANNA = ["Anna Schmidt", "aschmidt", "anna.schmidt@example.org"];

for (const language of ["en", "de"] as const) {
  const { words, count } = PASSPHRASE_WORDS[language];

  Deno.test(`${language}: passphrases have at least 60 bits, by the size of the list`, () => {
    const combinations = words.length ** count;
    assert.ok(
      Math.abs(PASSPHRASE_BITS[language] - Math.log2(combinations)) < 1e-9,
    );
    assert.ok(PASSPHRASE_BITS[language] >= 60);
  });

  Deno.test(`${language}: the words are different, of 4 to 8 letters from a to z`, () => {
    assert.ok(words.length >= 1024);
    assert.equal(new Set(words).size, words.length);
    for (const word of words) assert.match(word, /^[a-z]{4,8}$/);
  });

  Deno.test(`${language}: a passphrase is words of the list with hyphens between`, () => {
    const known = new Set(words);
    for (let n = 0; n < 100; n++) {
      const parts = generatePassphrase(language).split("-");
      assert.equal(parts.length, count);
      for (const part of parts) assert.ok(known.has(part), part);
    }
  });

  Deno.test(`${language}: 500 passphrases of 500 satisfy the policy`, async () => {
    for (let n = 0; n < 500; n++) {
      const passphrase = generatePassphrase(language);
      const { violations, score } = await policy.check(passphrase, ANNA);
      assert.deepEqual(violations, [], passphrase);
      assert.ok(score >= 3, passphrase);
    }
  });

  Deno.test(`${language}: every word comes up, and all about as often`, () => {
    const seen = new Map<string, number>();
    const draws = words.length * 20;
    for (let n = 0; n < draws / count; n++) {
      for (const word of generatePassphrase(language).split("-")) {
        seen.set(word, (seen.get(word) ?? 0) + 1);
      }
    }
    const expected = Math.ceil(draws / count) * count / words.length;
    let chiSquare = 0;
    for (const word of words) {
      chiSquare += ((seen.get(word) ?? 0) - expected) ** 2 / expected;
    }
    // Degrees of freedom plus or minus six standard deviations.
    const freedom = words.length - 1;
    const margin = 6 * Math.sqrt(2 * freedom);
    assert.ok(Math.abs(chiSquare - freedom) < margin, `${chiSquare}`);
  });

  Deno.test(`${language}: numbers that would favour some words are drawn again`, () => {
    const biased = 2 ** 32 - 2 ** 32 % words.length;
    const numbers = [biased, 2 ** 32 - 1, biased - 1, ...Array(count).fill(0)];
    let drawn = 0;
    const passphrase = generatePassphrase(language, (array) => {
      array[0] = numbers[drawn++] ?? assert.fail();
    });
    assert.equal(
      passphrase,
      [words.at(-1), ...Array(count - 1).fill(words[0])].join("-"),
    );
    assert.equal(drawn, count + 2);
  });
}

Deno.test("no two German words differ in one letter, so that a misheard one is noticed", () => {
  const words = new Set(PASSPHRASE_WORDS.de.words);
  const withGap = new Map<string, string>();
  for (const word of words) {
    for (let at = 0; at < word.length; at++) {
      const [before, after] = [word.slice(0, at), word.slice(at + 1)];
      assert.ok(!words.has(before + after), `${word}, ${before}${after}`);
      const gap = `${before}_${after}`;
      assert.equal(withGap.get(gap), undefined, word);
      withGap.set(gap, word);
    }
  }
});
