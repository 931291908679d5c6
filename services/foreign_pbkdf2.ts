import { pbkdf2, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import { promisify } from "node:util";
import { decodeBase64, decodePaddedBase64 } from "./base64.ts";
import {
  type ForeignHash,
  type ForeignHashFailure,
  SEES_NO_NUL,
} from "./foreign_hashes.ts";
import { HASH_COSTS } from "./hash_cost.ts";
import { ok, refuse, type Result } from "./result.ts";

/** Django: the salt is the text itself, the digest ordinary base64. */
const DJANGO =
  /^pbkdf2_(sha1|sha256|sha512)\$([1-9]\d{0,9})\$([^$]+)\$([A-Za-z0-9+/]+={0,2})$/;
/** PHC, with the digest's length or without. */
const PHC =
  /^\$pbkdf2-(sha1|sha256|sha512)\$i=([1-9]\d{0,9})(?:,l=([1-9]\d{0,2}))?\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
/** passlib: `$pbkdf2$` is SHA-1, and "." stands where base64 has "+". */
const PASSLIB =
  /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$([1-9]\d{0,9})\$([A-Za-z0-9./]+)\$([A-Za-z0-9./]+)$/;

/** RFC 8018 (4.2) calls fewer too few. */
const LEAST_ITERATIONS = 1_000;
/** Of the digest: each takes all iterations (RFC 8018, 5.2). */
const BLOCK_BYTES = { sha1: 20, sha256: 32, sha512: 64 };
type DigestName = keyof typeof BLOCK_BYTES;
const SALT_BYTES = { least: 8, most: 128 }; // RFC 8018, 4.1
const DIGEST_BYTES = { least: 16, most: 64 };

interface Parts {
  digestName: DigestName;
  iterations: number;
  salt: Uint8Array | undefined;
  digest: Uint8Array | undefined;
}

export function readPbkdf2(
  text: string,
): Result<ForeignHash, ForeignHashFailure> {
  const form = "pbkdf2";
  const { digestName, iterations, salt, digest } = partsOf(text) ?? {};
  if (
    !digestName || !iterations || !salt || !digest ||
    salt.length < SALT_BYTES.least || salt.length > SALT_BYTES.most ||
    digest.length < DIGEST_BYTES.least || digest.length > DIGEST_BYTES.most
  ) return refuse({ reason: "malformed", form });
  if (iterations < LEAST_ITERATIONS) {
    const limit = `${LEAST_ITERATIONS} iterations at least`;
    return refuse({ reason: "too_weak", form, limit });
  }
  const derive = promisify(pbkdf2);
  return ok({
    form,
    cost: iterations * Math.ceil(digest.length / BLOCK_BYTES[digestName]) *
      HASH_COSTS.pbkdf2[digestName],
    sees: SEES_NO_NUL,
    verify: async (password) =>
      timingSafeEqual(
        await derive(password, salt, iterations, digest.length, digestName),
        digest,
      ),
  });
}

function partsOf(text: string): Parts | undefined {
  const django = DJANGO.exec(text);
  if (django) {
    const [, name, iterations, salt, digest] = django;
    return {
      digestName: name as DigestName,
      iterations: Number(iterations),
      salt: Buffer.from(salt!),
      digest: decodePaddedBase64(digest!),
    };
  }
  const phc = PHC.exec(text);
  if (phc) {
    const [, name, iterations, length, salt, encoded] = phc;
    const digest = decodeBase64(encoded!);
    return {
      digestName: name as DigestName,
      iterations: Number(iterations),
      salt: decodeBase64(salt!),
      digest: length && digest?.length !== Number(length) ? undefined : digest,
    };
  }
  const [, name, iterations, salt, digest] = PASSLIB.exec(text) ?? [];
  return digest === undefined ? undefined : {
    digestName: (name ?? "sha1") as DigestName,
    iterations: Number(iterations),
    salt: decodeBase64(salt!.replaceAll(".", "+")),
    digest: decodeBase64(digest.replaceAll(".", "+")),
  };
}
