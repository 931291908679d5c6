import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import { readArgon2 } from "./foreign_argon2.ts";
import { readBcrypt } from "./foreign_bcrypt.ts";
import { readPbkdf2 } from "./foreign_pbkdf2.ts";
import { readScrypt } from "./foreign_scrypt.ts";
import { spellings } from "./password_bytes.ts";
import { ok, refuse, type Result } from "./result.ts";

export type HashForm = "argon2" | "bcrypt" | "scrypt" | "pbkdf2";

/** How much of a password a form of hash tells apart from other passwords. */
export interface Sight {
  /** Bytes from the beginning; the rest is cut off. */
  bytes: number;
  /** False where a NUL ends the password, or is padding: then "pw" and "pw\0" have the same hash. */
  nul: boolean;
}

/** Every byte counts. */
export const SEES_ALL: Sight = { bytes: Infinity, nul: true };

/** PBKDF2 and scrypt: HMAC pads its key with NULs (RFC 2104, 2). */
export const SEES_NO_NUL: Sight = { bytes: Infinity, nul: false };

/** A hash that another program has made, and how a password is held against it. */
export interface ForeignHash {
  form: HashForm;
  /** What verifying it costs, in units of services/hash_cost.ts. */
  cost: number;
  sees: Sight;
  /** Never true for a password of which the hash does not see all (ASVS 6.2.8). */
  verify: (password: Uint8Array) => Promise<boolean>;
}

export type ForeignHashFailure =
  | { reason: "unknown_form" }
  | { reason: "malformed"; form: HashForm }
  | { reason: "too_costly"; form: HashForm; times: number }
  | { reason: "too_weak"; form: HashForm; limit: string };

/** Longer than any of the forms below. */
const MAX_LENGTH = 512;

/**
 * Reads a hash as another program stored it: Argon2 (PHC and Django), bcrypt (crypt and Django's two),
 * scrypt (PHC and Django), PBKDF2 (PHC, passlib and Django). What costs too much to verify is refused, or
 * one sign-in could hold the queue for a minute; and so is what can be guessed by anybody who has the table.
 *
 * @param dearest what verifying may cost (`dearestCost`)
 */
export function judgeForeignHash(
  text: string,
  dearest: number,
): Result<ForeignHash, ForeignHashFailure> {
  const read = readForeignHash(text);
  if (!read.ok) return read;
  const { form, cost, sees, verify } = read.value;
  if (cost > dearest) {
    return refuse({ reason: "too_costly", form, times: cost / dearest });
  }
  return ok({
    ...read.value,
    verify: async (password) =>
      isSeen(sees, password) && await verify(password),
  });
}

/**
 * Gives whether a password that verifies is known to be the whole one, so that a hash of all its bytes may
 * replace this one. One that fills all the bytes that are seen may be the beginning of a longer one.
 */
export function isSeenWhole(hash: string, password: string): boolean {
  const read = readForeignHash(hash);
  if (!read.ok) return true;
  const { sees } = read.value;
  return spellings(password) // NFC can be longer than what was typed
    .every((bytes) => isSeen(sees, bytes) && bytes.length < sees.bytes);
}

function isSeen(sees: Sight, password: Uint8Array) {
  return password.length <= sees.bytes && (sees.nul || !password.includes(0));
}

function readForeignHash(
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
function readBcryptSha256(
  text: string,
): Result<ForeignHash, ForeignHashFailure> {
  const read = readBcrypt(text.slice("bcrypt_sha256$".length));
  if (!read.ok) return read;
  const { verify } = read.value;
  return ok({
    ...read.value,
    sees: SEES_ALL,
    verify: (password) =>
      verify(Buffer.from(createHash("sha256").update(password).digest("hex"))),
  });
}
