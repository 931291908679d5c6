import assert from "node:assert/strict";
import { argon2id, argon2Verify } from "hash-wasm";
import {
  createPasswordHasher,
  DEFAULT_HASH_PARAMETERS,
} from "../../services/password_hash.ts";
import { MAX_PASSWORD_BYTES } from "../../services/password_bytes.ts";

const QUICK = { memoryKib: 256, iterations: 1, parallelism: 1 };
const hasher = createPasswordHasher({
  parameters: QUICK,
  width: 2,
  maxWaiting: 100,
});
const owasp = createPasswordHasher({
  parameters: DEFAULT_HASH_PARAMETERS,
  width: 2,
  maxWaiting: 100,
});

/** Today's parameters let in what costs as much as the vectors. */
const roomy = createPasswordHasher({
  parameters: { memoryKib: 65_536, iterations: 1, parallelism: 1 },
  width: 2,
  maxWaiting: 100,
});

// P-H-C/phc-winner-argon2, src/test.c: all of Argon2id, version 19.
const VECTORS: [password: string, hash: string][] = [
  [
    "password",
    "m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
  ],
  [
    "password",
    "m=262144,t=2,p=1$c29tZXNhbHQ$eP4eyR+zqlZX1y5xCFTkw9m5GYx0L5YWwvCFvtlbLow",
  ],
  [
    "password",
    "m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
  ],
  [
    "password",
    "m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
  ],
  [
    "password",
    "m=65536,t=1,p=1$c29tZXNhbHQ$9qWtwbpyPd3vm1rB1GThgPzZ3/ydHL92zKL+15XZypg",
  ],
  [
    "password",
    "m=65536,t=4,p=1$c29tZXNhbHQ$kCXUjmjvc5XMqQedpMTsOv+zyJEf5PhtGiUghW9jFyw",
  ],
  [
    "differentpassword",
    "m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94",
  ],
  [
    "password",
    "m=65536,t=2,p=1$ZGlmZnNhbHQ$vfMrBczELrFdWP0ZsfhWsRPaHppYdP3MVEMIVlqoFBw",
  ],
];

for (const [password, parametersSaltDigest] of VECTORS) {
  const vector = `$argon2id$v=19$${parametersSaltDigest}`;

  Deno.test(`the reference implementation's vector is ours: ${vector}`, async () => {
    assert.equal(await roomy.verify(vector, password), true);
    assert.equal(await roomy.verify(vector, `${password}x`), false);
    assert.equal(await roomy.hashLike(password, vector), vector);
  });
}

Deno.test("hashes are Argon2id with OWASP's parameters, 16 bytes of salt and 32 of digest (ASVS 11.4.2, NIST-63B-3.1.1.2-k, CS-STORE-1)", async () => {
  const hash = await owasp.hash("a password to store");
  assert.match(
    hash,
    /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
  );
});

Deno.test("a hash takes less than a second (CS-STORE-1)", async () => {
  const startedAt = performance.now();
  await owasp.hash("a password to store");
  assert.ok(performance.now() - startedAt < 1000);
});

Deno.test("the same password is salted afresh each time", async () => {
  assert.notEqual(await hasher.hash("the same"), await hasher.hash("the same"));
});

Deno.test("another implementation verifies our hashes, and we verify its", async () => {
  for (const password of ["correct horse", "Grüße 🦊", " ", "x".repeat(512)]) {
    const ours = await owasp.hash(password);
    assert.equal(await argon2Verify({ password, hash: ours }), true);

    const theirs = await argon2id({
      password,
      salt: crypto.getRandomValues(new Uint8Array(16)),
      memorySize: 19_456,
      iterations: 2,
      parallelism: 1,
      hashLength: 32,
      outputType: "encoded",
    });
    assert.equal(await owasp.verify(theirs, password), true);
    assert.equal(await owasp.verify(theirs, `${password}.`), false);
    assert.equal(owasp.hasCurrentParameters(theirs), true);
  }
});

Deno.test("composed and decomposed letters are the same password, both ways (NIST-63B-3.1.1.2-j)", async () => {
  const [composed, decomposed] = ["caf\u00e9 au lait", "cafe\u0301 au lait"];
  assert.equal(
    await hasher.verify(await hasher.hash(composed), decomposed),
    true,
  );
  assert.equal(
    await hasher.verify(await hasher.hash(decomposed), composed),
    true,
  );
});

Deno.test("a ligature is not its letters: NFC, not NFKC (NIST-63B-3.1.1.2-j)", async () => {
  assert.equal(
    await hasher.verify(await hasher.hash("e\ufb00ect"), "effect"),
    false,
  );
});

Deno.test("nothing but the very password verifies: no cutting, case or trimming (ASVS 6.2.8, NIST-63B-3.1.1.2-g)", async () => {
  const long = "x".repeat(72);
  const others: [string, string][] = [
    [long, `${long}y`],
    [`${long}y`, long],
    [`${long}y`, `${long}z`],
    ["Password..", "password.."],
    [" spaces around ", "spaces around"],
    ["spaces around", "spaces around "],
    ["spaces around", " spaces around"],
    ["tail\0a", "tail\0b"],
    ["tail", "tail\0"],
    ["", " "],
  ];
  for (const [stored, typed] of others) {
    const hash = await hasher.hash(stored);
    assert.equal(await hasher.verify(hash, stored), true, stored);
    assert.equal(await hasher.verify(hash, typed), false, typed);
  }
});

Deno.test("the bytes that are hashed are bounded", async () => {
  const longest = "x".repeat(MAX_PASSWORD_BYTES);
  const hash = await hasher.hash(longest);
  assert.equal(await hasher.verify(hash, longest), true);
  assert.equal(await hasher.verify(hash, `${longest}x`), false);
  assert.equal(await hasher.verifyNobody(`${longest}x`), false);
  await assert.rejects(hasher.hash(`${longest}x`), RangeError);
  await assert.rejects(hasher.hashLike(`${longest}x`, hash), RangeError);
  await assert.rejects(hasher.hash("🦊".repeat(1025)), RangeError);
});

Deno.test("lone surrogates are refused, so that they aren't all one password", async () => {
  const hash = await hasher.hash("\ufffdabcdefghij");
  for (const broken of ["\ud800abcdefghij", "\udc00abcdefghij"]) {
    assert.equal(await hasher.verify(hash, broken), false);
    assert.equal(await hasher.verifyNobody(broken), false);
    await assert.rejects(hasher.hash(broken), RangeError);
  }
});

Deno.test("equal passwords give equal strings under the salt and the parameters of another", async () => {
  const like = await owasp.hash("the first one");
  const again = await hasher.hashLike("the first one", like);
  assert.equal(again, like);
  const other = await hasher.hashLike("another one", like);
  assert.notEqual(other, like);
  assert.equal(other.slice(0, -43), like.slice(0, -43));
  assert.equal(await hasher.verify(other, "another one"), true);
});

Deno.test("there is no hash like something that is no Argon2id hash", async () => {
  await assert.rejects(hasher.hashLike("a password", "$2b$12$abc"), RangeError);
});

Deno.test("nobody's password is never right, at the cost of somebody's (ASVS 6.3.8)", async () => {
  const hash = await owasp.hash("somebody");
  const checks = [
    () => owasp.verify(hash, "wrong"),
    () => owasp.verifyNobody("wrong"),
    () => owasp.verify("corrupt", "wrong"),
  ];
  const times = checks.map(() => [] as number[]);
  for (let round = 0; round < 9; round++) { // in turn: other work on the machine falls on all
    for (const [i, check] of checks.entries()) {
      const startedAt = performance.now();
      await check();
      times[i]!.push(performance.now() - startedAt);
    }
  }
  const [somebody, ...others] = times.map((it) => it.sort((a, b) => a - b)[2]!);
  for (const it of others) {
    assert.ok(it > somebody! / 2 && it < somebody! * 2, `${it}, ${somebody}`);
  }
  assert.equal(await owasp.verifyNobody("wrong"), false);
});
