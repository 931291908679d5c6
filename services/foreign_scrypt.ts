import { scrypt, type ScryptOptions, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import { decodeBase64, decodePaddedBase64 } from "./base64.ts";
import {
  type ForeignHash,
  type ForeignHashFailure,
  SEES_NO_NUL,
} from "./foreign_hashes.ts";
import { HASH_COSTS } from "./hash_cost.ts";
import { ok, refuse, type Result } from "./result.ts";

/** PHC and passlib: the binary logarithm of N. */
const PHC =
  /^\$scrypt\$ln=([1-9]\d?),r=([1-9]\d{0,5}),p=([1-9]\d{0,5})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
/** Django: N as it is, then the salt, which is the text itself. */
const DJANGO =
  /^scrypt\$([1-9]\d{0,12})\$([^$]+)\$([1-9]\d{0,5})\$([1-9]\d{0,5})\$([A-Za-z0-9+/]+={0,2})$/;

const SCRYPT_LEAST_N = 1_024;
const SALT_BYTES = { least: 8, most: 128 };
const DIGEST_BYTES = { least: 16, most: 64 };

interface Parts {
  N: number;
  r: number;
  p: number;
  salt: Uint8Array | undefined;
  digest: Uint8Array | undefined;
}

export function readScrypt(
  text: string,
): Result<ForeignHash, ForeignHashFailure> {
  const form = "scrypt";
  const { N, r, p, salt, digest } = partsOf(text) ?? {};
  if (
    !N || !r || !p || !salt || !digest || !Number.isInteger(Math.log2(N)) ||
    salt.length < SALT_BYTES.least || salt.length > SALT_BYTES.most ||
    digest.length < DIGEST_BYTES.least || digest.length > DIGEST_BYTES.most ||
    N >= 2 ** (16 * r) // RFC 7914, 2: such a one can't be verified
  ) return refuse({ reason: "malformed", form });
  const bytes = 128 * N * r;
  if (N < SCRYPT_LEAST_N) {
    const limit = `N=${SCRYPT_LEAST_N} at least`;
    return refuse({ reason: "too_weak", form, limit });
  }
  const maxmem = bytes + 128 * r * (p + 2) + 1024;
  return ok({
    form,
    cost: bytes / 1024 * p * HASH_COSTS.scryptKib,
    sees: SEES_NO_NUL,
    verify: async (password) =>
      timingSafeEqual(
        await derive(password, salt, digest.length, { N, r, p, maxmem }),
        digest,
      ),
  });
}

function partsOf(text: string): Parts | undefined {
  const phc = PHC.exec(text);
  if (phc) {
    const [, ln, r, p, salt, digest] = phc;
    return {
      N: 2 ** Number(ln),
      r: Number(r),
      p: Number(p),
      salt: decodeBase64(salt!),
      digest: decodeBase64(digest!),
    };
  }
  const [, n, salt, r, p, digest] = DJANGO.exec(text) ?? [];
  return digest === undefined ? undefined : {
    N: Number(n),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt!),
    digest: decodePaddedBase64(digest),
  };
}

function derive(
  password: Uint8Array,
  salt: Uint8Array,
  length: number,
  options: ScryptOptions,
) {
  return new Promise<Buffer>((resolve, reject) =>
    scrypt(
      password,
      salt,
      length,
      options,
      (error, key) => error ? reject(error) : resolve(key),
    )
  );
}
