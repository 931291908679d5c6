import assert from "node:assert/strict";
import {
  dearestCost,
  DEFAULT_HASH_PARAMETERS,
} from "../../services/hash_cost.ts";
import { judgeForeignHash } from "../../services/foreign_hashes.ts";
import { createPasswordHasher } from "../../services/password_hash.ts";
import { hasher } from "../support/people.ts";

const DEAREST = dearestCost(DEFAULT_HASH_PARAMETERS);

const PASSWORD = "correct horse ünïted";

// Made by Django 5.2, passlib 1.7.4, bcrypt 5.0 and argon2-cffi 25.1 for Python, and by Python's hashlib.
const HASHES: Record<string, string> = {
  "Django PBKDF2":
    "pbkdf2_sha256$20000$seasalt2seasalt2$sChRf+WMh6AY3zFfQmUerp0+U0GM0FMHOAX+ZnQi7go=",
  "Django PBKDF2 with SHA-1":
    "pbkdf2_sha1$20000$seasalt2seasalt2$+vXskb+VLpS2Vx/6qOJ7txC7kC4=",
  "Django scrypt, with one lane":
    "scrypt$16384$seasalt2seasalt2$8$1$JeI/tbMsW86lToXStLyIWhJNdncrVGfPtFq9ZgX2im/4ewfS/GRZehUAByjk0UfmevLLZGV+0gEBlXvYiPKH6g==",
  "Django Argon2":
    "argon2$argon2id$v=19$m=8192,t=2,p=8$c2Vhc2FsdDJzZWFzYWx0Mg$j/b5drdaLZtZSD8AP/un4JfVkuxOC0bYR9kUAaoW1O8",
  "Django bcrypt of SHA-256":
    "bcrypt_sha256$$2b$05$lS0GKG/z5i11ka45PZWz0e.4voo8w12mMngNECh9gx0jMJNo6/X6O",
  "Django bcrypt":
    "bcrypt$$2b$05$/heXZ8VbHhphxm91qSMWgua.4D441H6isqpVprI84YFSdh53RS6Di",
  "passlib PBKDF2 with SHA-1":
    "$pbkdf2$5000$sFZK6f0/Z0zJeY/xXouRcg$aM9v9qFkx8veXFh7bR/2oxzaqIU",
  "passlib PBKDF2 with SHA-256":
    "$pbkdf2-sha256$5000$.b/Xeo9xLgWgdE7JmbPWeg$3cpxe8BvOOQoh4.qtlFH8sFifprZQOcgA3/KXXdSRUo",
  "passlib PBKDF2 with SHA-512":
    "$pbkdf2-sha512$5000$svb.vxfinLM2xhgD4NwbQw$pnPJSDy6CbjrzlfF2CsRJaUz2R8OZjci3C0U369772IYk4zWE7hlEySzNVAZNQFWdXEB9.bC2GMVuqdDsT543Q",
  "passlib scrypt, which is PHC":
    "$scrypt$ln=14,r=8,p=1$ldL6P8cYI8SYEwIgBCBESA$xaUjZQ7VDJe0YuPU25TKwVeESxy3oeKOWz9RBik3DDo",
  "bcrypt 2b": "$2b$05$7JFti0fkDVwYqy8poxolX.BttNGPN.HcW80ik8tkrtVxURbIBvlbu",
  "bcrypt 2a": "$2a$05$7aF7Fu8JDc5NM31/KNs0P.KtDVk4TRQhjs4d1RJVYyS7e1F6GQp9O",
  "PHC PBKDF2 with a length":
    "$pbkdf2-sha256$i=4096,l=32$c2FsdHNhbHRzYWx0c2FsdA$RQe2RfUEE4nI2qWu0rjrrP8YB1RFo9v1XCOau7Cj8yc",
  "PHC PBKDF2 with SHA-512":
    "$pbkdf2-sha512$i=4096$c2FsdHNhbHRzYWx0c2FsdA$JOPWl+lT8DEWuaEE0GQRtFdy94JCowOWYM3wao5m1asw6sG8qRi0EQ4yUbj5WhVDSaCNfSHWZyM2p/AHg2nUXw",
  "Argon2id":
    "$argon2id$v=19$m=1024,t=2,p=2$Dgc5WHh4x67Xh03B4NCONA$B7zvcWKNh877ODp0G/VdkDJDNm5XOvlLmnRzQAuadt4",
  "Argon2i":
    "$argon2i$v=19$m=1024,t=2,p=2$Zo55wemlxLI9TtNNKr/z2A$9E/9mW2ogF5JTWuIIhc2KTmHJN9UKuzkBlNt5pAuePE",
  "Argon2d":
    "$argon2d$v=19$m=1024,t=2,p=2$+ioRIudmHv529MJEi+q++Q$flFMZqjzPzKC1sCt6iLFBC3p7chSDE0x7G9UPg34SWg",
  "Argon2i, version 16":
    "$argon2i$v=16$m=1024,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$9Ix/qFLl+7ZYH0uU02SMUQjrG++nEL75I20ihHbmK/I",
  "Argon2i, version 16 from when it was not told":
    "$argon2i$m=1024,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$9Ix/qFLl+7ZYH0uU02SMUQjrG++nEL75I20ihHbmK/I",
};

for (const [name, hash] of Object.entries(HASHES)) {
  Deno.test(`a hash of another program verifies, and is due for an upgrade: ${name}`, async () => {
    const judged = judgeForeignHash(hash, DEAREST);
    assert.ok(judged.ok);
    assert.equal(await hasher.verify(hash, PASSWORD), true);
    assert.equal(await hasher.verify(hash, `${PASSWORD}.`), false);
    assert.equal(hasher.hasCurrentParameters(hash), false);
    if (name !== "Argon2id") assert.equal(hasher.needsRehash(hash), true);
  });
}

// Made by crypt(3) of libxcrypt 4.4.
Deno.test("PHP's $2y$ is bcrypt too", async () => {
  const hash = "$2y$05$abcdefghijklmnopqrstuuRnq2NDkwNWQm4aLX3eaTeMx7VdzOw0m";
  assert.equal(await hasher.verify(hash, "correct horse united"), true);
  assert.equal(await hasher.verify(hash, "correct horse"), false);
});

Deno.test("a hash of what was typed verifies, where it was made without NFC", async () => {
  const hash = "$2b$05$StEBu.P52kUZFl5Qs2iJl.R./WkrDws6ZNe9d0/NEnxRww9lrPs5e";
  assert.equal(await hasher.verify(hash, PASSWORD.normalize("NFD")), true);
  assert.equal(await hasher.verify(hash, PASSWORD.normalize("NFC")), false);
});

/** As Django makes them by default, which takes more than ten times the time of Argon2id by default. */
const DEAR: Record<string, string> = {
  scrypt:
    "scrypt$16384$seasalt2seasalt2$8$5$46JAGpQp2kWqaKt8fk91RfEjvC2cV/dmRWxSuwJY6+2hlimRVfo8tKuEX28HcpZSYq5cAV/Sa4ZxKgeQVj+iwA==",
  PBKDF2:
    "pbkdf2_sha256$1000000$seasalt2seasalt2$pUTESKBgCcW2bYLapyufUw/jy8Mfw+VdaLEp2Pnfc7o=",
  bcrypt: "$2b$12$IpzW3wTCSf7MNlxh1gSI6O2yTrBDlFo2e459KkU7rQqDcFEm5fSiS",
};

for (const [name, hash] of Object.entries(DEAR)) {
  Deno.test(`what costs more than ten of today's hashes is not verified, and is where those cost more: ${name}`, async () => {
    const judged = judgeForeignHash(hash, DEAREST);
    assert.equal(!judged.ok && judged.failure.reason, "too_costly");
    assert.equal(await hasher.verify(hash, PASSWORD), false);
    assert.equal(hasher.isVerifiable(hash), false);
    const dearer = createPasswordHasher({
      parameters: { memoryKib: 19_456, iterations: 20, parallelism: 1 },
      width: 1,
      maxWaiting: 1,
    });
    assert.equal(await dearer.verify(hash, PASSWORD), true);
  });
}

const REFUSED: [hash: string, reason: string][] = [
  ["", "unknown_form"],
  ["5f4dcc3b5aa765d61d8327deb882cf99", "unknown_form"], // MD5
  ["$1$salt$qJH7.N4xYta3aEG/dfqo/0", "unknown_form"],
  [
    "$2x$05$7aF7Fu8JDc5NM31/KNs0P.KtDVk4TRQhjs4d1RJVYyS7e1F6GQp9O",
    "unknown_form",
  ],
  ["$argon2id$" + "x".repeat(600), "unknown_form"],
  ["$2b$05$7aF7Fu8JDc5NM31", "malformed"],
  ["$2b$03$7aF7Fu8JDc5NM31/KNs0P.KtDVk4TRQhjs4d1RJVYyS7e1F6GQp9O", "malformed"],
  [
    "$2b$15$7aF7Fu8JDc5NM31/KNs0P.KtDVk4TRQhjs4d1RJVYyS7e1F6GQp9O",
    "too_costly",
  ],
  [
    "bcrypt_sha256$$2b$15$7aF7Fu8JDc5NM31/KNs0P.KtDVk4TRQhjs4d1RJVYyS7e1F6GQp9O",
    "too_costly",
  ],
  [
    "$argon2id$v=19$m=262145,t=2,p=2$Dgc5WHh4x67Xh03B4NCONA$B7zvcWKNh877ODp0G/VdkDJDNm5XOvlLmnRzQAuadt4",
    "too_costly",
  ],
  [
    "$argon2id$v=19$m=40000,t=10,p=2$Dgc5WHh4x67Xh03B4NCONA$B7zvcWKNh877ODp0G/VdkDJDNm5XOvlLmnRzQAuadt4",
    "too_costly",
  ],
  [
    "$argon2id$v=19$m=255,t=2,p=2$Dgc5WHh4x67Xh03B4NCONA$B7zvcWKNh877ODp0G/VdkDJDNm5XOvlLmnRzQAuadt4",
    "too_weak",
  ],
  [
    "$argon2id$v=18$m=1024,t=2,p=2$Dgc5WHh4x67Xh03B4NCONA$B7zvcWKNh877ODp0G/VdkDJDNm5XOvlLmnRzQAuadt4",
    "malformed",
  ],
  [
    "$argon2id$v=19$m=1024,t=2,p=2,keyid=AA$Dgc5WHh4x67Xh03B4NCONA$B7zvcWKNh877ODp0G/VdkDJDNm5XOvlLmnRzQAuadt4",
    "malformed",
  ],
  [
    "$argon2id$v=19$m=1024,t=2,p=2$Dgc5$B7zvcWKNh877ODp0G/VdkDJDNm5XOvlLmnRzQAuadt4",
    "malformed",
  ],
  [
    "pbkdf2_sha256$2000001$seasalt2$sChRf+WMh6AY3zFfQmUerp0+U0GM0FMHOAX+ZnQi7go=",
    "too_costly",
  ],
  [
    "$pbkdf2-sha1$i=666667$c2FsdHNhbHRzYWx0c2FsdA$RQe2RfUEE4nI2qWu0rjrrP8YB1RFo9v1XCOau7Cj8ycRQe2RfUEE4nI2qWu0rjrrP8YB1RFo9v1XCA",
    "too_costly", // three blocks of it
  ],
  [
    "pbkdf2_sha256$999$seasalt2$sChRf+WMh6AY3zFfQmUerp0+U0GM0FMHOAX+ZnQi7go=",
    "too_weak",
  ],
  [
    "pbkdf2_sha256$20000$short$sChRf+WMh6AY3zFfQmUerp0+U0GM0FMHOAX+ZnQi7go=",
    "malformed",
  ],
  [
    "pbkdf2_md5$20000$seasalt2$sChRf+WMh6AY3zFfQmUerp0+U0GM0FMHOAX+ZnQi7go=",
    "malformed",
  ],
  [
    "$pbkdf2-sha256$i=4096,l=20$c2FsdHNhbHRzYWx0c2FsdA$RQe2RfUEE4nI2qWu0rjrrP8YB1RFo9v1XCOau7Cj8yc",
    "malformed",
  ],
  [
    "$scrypt$ln=18,r=8,p=1$ldL6P8cYI8SYEwIgBCBESA$xaUjZQ7VDJe0YuPU25TKwVeESxy3oeKOWz9RBik3DDo",
    "too_costly",
  ],
  [
    "$scrypt$ln=14,r=8,p=33$ldL6P8cYI8SYEwIgBCBESA$xaUjZQ7VDJe0YuPU25TKwVeESxy3oeKOWz9RBik3DDo",
    "too_costly",
  ],
  [
    "$scrypt$ln=9,r=8,p=1$ldL6P8cYI8SYEwIgBCBESA$xaUjZQ7VDJe0YuPU25TKwVeESxy3oeKOWz9RBik3DDo",
    "too_weak",
  ],
  [
    "$scrypt$ln=16,r=1,p=1$ldL6P8cYI8SYEwIgBCBESA$xaUjZQ7VDJe0YuPU25TKwVeESxy3oeKOWz9RBik3DDo",
    "malformed",
  ],
  [
    "scrypt$16383$seasalt2$8$1$46JAGpQp2kWqaKt8fk91RfEjvC2cV/dmRWxSuwJY6+2hlimRVfo8tKuEX28HcpZSYq5cAV/Sa4ZxKgeQVj+iwA==",
    "malformed",
  ],
];

for (const [hash, reason] of REFUSED) {
  Deno.test(`${reason}: ${hash.slice(0, 60)}`, async () => {
    const judged = judgeForeignHash(hash, DEAREST);
    assert.equal(judged.ok ? "ok" : judged.failure.reason, reason);
    if (!hash.startsWith("$argon2id$v=19")) { // ours may be as costly as the settings say
      assert.equal(await hasher.verify(hash, PASSWORD), false);
    }
  });
}
