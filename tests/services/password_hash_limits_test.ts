import assert from "node:assert/strict";
import {
  createPasswordHasher,
  DEFAULT_HASH_PARAMETERS,
} from "../../services/password_hash.ts";
import { OverloadedError } from "../../services/work_queue.ts";

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

const GOOD =
  "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

Deno.test("corrupt and unknown hashes verify false (ASVS 11.2.5)", async () => {
  const corrupt = [
    "",
    "password",
    "$",
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ",
    "$argon2id$v=19$m=256,t=2,p=1$$",
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$",
    `${GOOD}\n`,
    ` ${GOOD}`,
    `${GOOD}$`,
    GOOD.replace("argon2id", "argon2i"),
    GOOD.replace("v=19", "v=16"),
    GOOD.replace("v=19$", ""),
    GOOD.replace("m=256", "m=7"),
    GOOD.replace("m=256", "m=4294967295"),
    GOOD.replace("m=256", "m=4194305"),
    GOOD.replace("m=256", "m=0256"),
    GOOD.replace("t=2", "t=0"),
    GOOD.replace("t=2", "t=4294967295"),
    GOOD.replace("p=1", "p=0"),
    GOOD.replace("p=1", "p=99"),
    GOOD.replace("p=1", "p=1,keyid=Zm9v"),
    GOOD.replace("c29tZXNhbHQ", "c29tZXNhbHR"),
    GOOD.replace("c29tZXNhbHQ", "c29t"),
    "5f4dcc3b5aa765d61d8327deb882cf99",
  ];
  for (const hash of corrupt) {
    assert.equal(await hasher.verify(hash, "password"), false, hash);
    assert.equal(hasher.needsRehash(hash), true, hash);
    assert.equal(hasher.hasCurrentParameters(hash), false, hash);
  }
});

Deno.test("a hash with any one character changed verifies false and never throws", async () => {
  assert.equal(await hasher.verify(GOOD, "password"), true);
  for (let at = 0; at < GOOD.length; at++) {
    for (const letter of ["A", "3", "$", "=", "é", ""]) {
      const changed = GOOD.slice(0, at) + letter + GOOD.slice(at + 1);
      if (changed === GOOD) continue;
      assert.equal(await hasher.verify(changed, "password"), false, changed);
    }
  }
});

Deno.test("a hash is made again when today's memory or iterations are above it (CS-STORE-2), or it costs more than today's", () => {
  const stored = (parameters: string) =>
    `$argon2id$v=19$${parameters}$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4`;
  const expected: [string, boolean, boolean][] = [
    ["m=19456,t=2,p=1", false, true],
    ["m=19455,t=2,p=1", true, false],
    ["m=19456,t=1,p=1", true, false],
    ["m=47104,t=1,p=1", true, false],
    ["m=65536,t=3,p=4", true, false],
    ["m=262144,t=2,p=1", true, false],
    ["m=19456,t=10,p=1", true, false],
    ["m=19456,t=2,p=2", true, false],
  ];
  for (const [parameters, rehash, current] of expected) {
    assert.equal(owasp.needsRehash(stored(parameters)), rehash, parameters);
    assert.equal(
      owasp.hasCurrentParameters(stored(parameters)),
      current,
      parameters,
    );
  }
});

Deno.test("a hasher isn't made of parameters whose hashes it couldn't read", () => {
  for (
    const wrong of [
      { memoryKib: 0 },
      { memoryKib: 5_000_000 },
      { iterations: 0 },
      { iterations: 1.5 },
      { parallelism: 100 },
    ]
  ) {
    const parameters = { ...QUICK, ...wrong };
    assert.throws(
      () => createPasswordHasher({ parameters, width: 1, maxWaiting: 1 }),
      RangeError,
    );
  }
});

Deno.test("a full line refuses at once and says when to come again; the others are served (ASVS 15.2.2)", async () => {
  const narrow = createPasswordHasher({
    parameters: DEFAULT_HASH_PARAMETERS,
    width: 1,
    maxWaiting: 2,
  });
  const startedAt = performance.now();
  const served = [1, 2, 3].map((n) => narrow.hash(`password ${n}`));
  for (
    const work of [
      () => narrow.hash("one more"),
      () => narrow.verify(GOOD, "one more"),
      () => narrow.verifyNobody("one more"),
    ]
  ) {
    await assert.rejects(work(), (error) => {
      assert.ok(error instanceof OverloadedError);
      assert.ok(error.retryAfterSeconds >= 1);
      return true;
    });
  }
  assert.ok(performance.now() - startedAt < 20);
  assert.equal((await Promise.all(served)).length, 3);
  assert.equal(await narrow.verify(GOOD, "password"), true);
});
