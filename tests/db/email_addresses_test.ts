import assert from "node:assert/strict";
import {
  asciiEmail,
  identifierKey,
  readLabels,
  unicodeEmail,
} from "../../db/email_addresses.ts";

const SPELLINGS = [
  "ida@bücher.example",
  "ida@BÜCHER.example",
  "ida@bu\u0308cher.example",
  "ida@xn--bcher-kva.example",
  "ida@XN--BCHER-KVA.EXAMPLE",
  "ida@bücher。example",
];

Deno.test("an address has one form to be kept, one to be mailed and one key, however it is spelt", () => {
  for (const email of SPELLINGS) {
    assert.equal(unicodeEmail(email), "ida@bücher.example", email);
    assert.equal(asciiEmail(email), "ida@xn--bcher-kva.example", email);
    assert.equal(identifierKey(email), "ida@bucher.example", email);
  }
});

Deno.test("other scripts, deviations of UTS 46 and joiners come back as they were", () => {
  for (
    const email of [
      "a@straße.example",
      "a@مثال.إختبار",
      "a@نامه\u200cای.example",
      "a@例え.テスト",
      "a@mail.καλός.example",
    ]
  ) {
    assert.match(asciiEmail(email), /^[!-~]+$/);
    assert.equal(unicodeEmail(asciiEmail(email)), email);
  }
});

Deno.test("an address of ASCII alone stays as it is, and so does what is no domain", () => {
  for (
    const email of [
      "Ida@Example.ORG",
      "ida@1.2.3.4",
      "ida@my_host.example",
      "no address",
      "ida@xn--a",
      "",
      "@",
      `a@${"ü".repeat(5000)}`,
    ]
  ) {
    assert.equal(unicodeEmail(email), email);
    assert.equal(asciiEmail(email), email);
  }
});

Deno.test("labels in a text that is searched for are read", () => {
  assert.equal(
    readLabels("ida@xn--bcher-kva.example XN--bcher-KVA"),
    "ida@bücher.example bücher",
  );
  for (const text of ["fxn--bcher-kva", "xn--", "xn--a b", "xn-bcher"]) {
    assert.equal(readLabels(text), text);
  }
});
