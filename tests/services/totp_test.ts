import assert from "node:assert/strict";
import { createTotpSecret, totpStep, totpUri } from "../../services/totp.ts";

/** "12345678901234567890" of RFC 6238, appendix B. */
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

Deno.test("the codes of RFC 6238 are right at their times, and one step off", () => {
  for (
    const [seconds, code] of [
      [59, "287082"],
      [1111111109, "081804"],
      [1111111111, "050471"],
      [1234567890, "005924"],
      [2000000000, "279037"],
    ] as const
  ) {
    const step = Math.floor(seconds / 30);
    for (const drift of [-30, 0, 30]) {
      assert.equal(totpStep(SECRET, code, (seconds + drift) * 1000), step);
    }
    for (const drift of [-90, 90]) {
      assert.equal(totpStep(SECRET, code, (seconds + drift) * 1000), undefined);
    }
  }
});

Deno.test("what is no code of six digits is wrong", () => {
  for (
    const code of ["", "28708", "2870820", "２８７０８２", "28708a", "-87082"]
  ) {
    assert.equal(totpStep(SECRET, code, 59_000), undefined);
  }
});

Deno.test("secrets have 160 bits and are never the same (RFC 4226, 4; ASVS 6.5.3)", () => {
  const secrets = Array.from({ length: 1000 }, createTotpSecret);
  assert.equal(new Set(secrets).size, 1000);
  for (const it of secrets) assert.match(it, /^[A-Z2-7]{32}$/);
});

Deno.test("what a QR code says is what apps read", () => {
  const uri = totpUri(SECRET, {
    issuer: "Passdesk desk.example",
    label: "ann",
  });
  assert.match(
    uri,
    /^otpauth:\/\/totp\/Passdesk%20desk\.example:ann\?issuer=Passdesk%20desk\.example&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=SHA1&digits=6&period=30$/,
  );
});
