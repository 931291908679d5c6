import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import { readArgon2 } from "./foreign_argon2.ts";
import { readBcrypt } from "./foreign_bcrypt.ts";
import { readPbkdf2 } from "./foreign_pbkdf2.ts";
import { readScrypt } from "./foreign_scrypt.ts";
import { ok, refuse, type Result } from "./result.ts";

export type HashForm = "argon2" | "bcrypt" | "scrypt" | "pbkdf2";

/** A hash that another program has made, and how a password is held against it. */
export interface ForeignHash {
  form: HashForm;
  verify: (password: Uint8Array) => Promise<boolean>;
}

export type ForeignHashFailure =
  | { reason: "unknown_form" }
  | { reason: "malformed"; form: HashForm }
  | { reason: "too_costly" | "too_weak"; form: HashForm; limit: string };

/** Longer than any of the forms below. */
const MAX_LENGTH = 512;

/**
 * Reads a hash as another program stored it: Argon2 (PHC and Django), bcrypt (crypt and Django's two),
 * scrypt (PHC and Django), PBKDF2 (PHC, passlib and Django). What costs too much to verify is refused, or
 * one sign-in could hold the queue for a minute; and so is what can be guessed by anybody who has the table.
 */
export function judgeForeignHash(
  text: string,
): Result<ForeignHash, ForeignHashFailure> {
  if (text.length > MAX_LENGTH || /[\p{Cc}\p{Cs}]/u.test(text)) {
    return refuse({ reason: "unknown_form" });
  }
  if (/^(argon2)?\$argon2(id|i|d)\$/.test(text)) {
    return readArgon2(text.replace(/^argon2/, ""));
  }
  if (/^\$2[aby]\$/.test(text)) return readBcrypt(text);
  if (text.startsWith("bcrypt$$2")) return readBcrypt(text.slice(7));
  if (text.startsWith("bcrypt_sha256$$2")) return readBcryptSha256(text);
  if (/^\$?scrypt\$/.test(text)) return readScrypt(text);
  if (/^(pbkdf2_|\$pbkdf2)/.test(text)) return readPbkdf2(text);
  return refuse({ reason: "unknown_form" });
}

/** Django's BCryptSHA256PasswordHasher: bcrypt of the digest in hexadecimal, so that all bytes count. */
function readBcryptSha256(text: string): ReturnType<typeof judgeForeignHash> {
  const read = readBcrypt(text.slice("bcrypt_sha256$".length));
  if (!read.ok) return read;
  const { form, verify } = read.value;
  return ok({
    form,
    verify: (password) =>
      verify(Buffer.from(createHash("sha256").update(password).digest("hex"))),
  });
}
