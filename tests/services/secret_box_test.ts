import assert from "node:assert/strict";
import { isDigestOf, keyedDigest } from "../../services/keyed_digest.ts";
import { createSecretBox } from "../../services/secret_box.ts";
import { loadSecretKeys } from "../../services/secret_key.ts";
import { readSettings, SettingError } from "../../services/config.ts";

const key = () => crypto.getRandomValues(new Uint8Array(32));

Deno.test("what was sealed opens for its owner and nobody else (ASVS 11.3.2)", () => {
  const box = createSecretBox([key()]);
  const sealed = box.seal("JBSWY3DPEHPK3PXP", "ann");
  assert.ok(!sealed.includes("JBSWY3DPEHPK3PXP"));
  assert.equal(box.open(sealed, "ann"), "JBSWY3DPEHPK3PXP");
  assert.equal(box.open(sealed, "bob"), undefined);
});

Deno.test("one changed bit anywhere and it doesn't open (ASVS 11.3.3)", () => {
  const box = createSecretBox([key()]);
  const parts = box.seal("secret", "ann").split(".");
  for (const at of [2, 3]) {
    const bytes = Buffer.from(parts[at]!, "base64url");
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i]! ^= 1;
      const text = parts.with(at, changed.toString("base64url")).join(".");
      assert.equal(box.open(text, "ann"), undefined);
    }
  }
  const sealed = parts.join(".");
  const more = ["x", "=", ".", ".x", " ", "\n"].map((it) => sealed + it);
  for (const text of ["", "v1", "v2.a.b.c", "v1...", ...more]) {
    assert.equal(box.open(text, "ann"), undefined);
  }
});

Deno.test("no nonce comes twice in 10,000 (ASVS 11.3.4)", () => {
  const box = createSecretBox([key()]);
  const nonces = Array.from(
    { length: 10_000 },
    () => box.seal("x", "ann").split(".")[2],
  );
  assert.equal(new Set(nonces).size, nonces.length);
});

Deno.test("a new key seals, an old one still opens; without it nothing does (ASVS 11.2.2)", () => {
  const [older, newer] = [key(), key()];
  const sealed = createSecretBox([older]).seal("secret", "ann");
  const rotated = createSecretBox([newer, older]);
  assert.equal(rotated.open(sealed, "ann"), "secret");
  const again = rotated.seal("secret", "ann");
  assert.equal(createSecretBox([older]).open(again, "ann"), undefined);
  assert.equal(createSecretBox([newer]).open(sealed, "ann"), undefined);
});

Deno.test("PostgreSQL without a key refuses, and so does a key of the wrong length", async () => {
  const DATABASE_URL = "postgres://passdesk@localhost/passdesk";
  for (
    const [given, complaint] of [
      [
        { DATABASE_URL },
        /^SECRET_KEY: must be set with DATABASE_URL; make one by/,
      ],
      [
        { DATABASE_URL, SECRET_KEY: "c2hvcnQ=" },
        /^SECRET_KEY: each must be 32 bytes/,
      ],
    ] as const
  ) {
    await assert.rejects(
      () => loadSecretKeys(readSettings(given)),
      (error: Error) =>
        error instanceof SettingError && complaint.test(error.message),
    );
  }
});

Deno.test("the embedded database gets a key of its own, once, for its owner's eyes alone", async () => {
  const DATA_DIR = await Deno.makeTempDir();
  const settings = readSettings({ DATA_DIR });
  const [first] = await loadSecretKeys(settings);
  const [second] = await loadSecretKeys(settings);
  assert.deepEqual(first, second);
  const { mode } = await Deno.stat(`${DATA_DIR}/secret.key`);
  assert.equal(mode! & 0o777, 0o600);
  await Deno.remove(DATA_DIR, { recursive: true });
});

Deno.test("a keyed digest is of one text, one purpose and a key that is still there (ASVS 11.2.2)", () => {
  const [before, after] = [key(), key()];
  const old = createSecretBox([before]);
  const digest = keyedDigest(old, "one", "ann");
  const rotated = createSecretBox([after, before]);
  assert.ok(isDigestOf(old, digest, "one", "ann"));
  assert.ok(isDigestOf(rotated, digest, "one", "ann"));
  assert.notEqual(keyedDigest(rotated, "one", "ann"), digest);
  assert.ok(!isDigestOf(old, digest, "one", "bob"));
  assert.ok(!isDigestOf(old, digest, "two", "ann"));
  assert.ok(!isDigestOf(createSecretBox([after]), digest, "one", "ann"));
  for (const text of ["", ".", digest.split(".")[1]!]) {
    assert.ok(!isDigestOf(old, text, "one", "ann"));
  }
});
