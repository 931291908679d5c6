import * as argon2 from "@node-rs/argon2";
import { judgeForeignHash } from "./foreign_hashes.ts";
import { createWorkQueue, OverloadedError } from "./work_queue.ts";
import { decodeHash, type HashParameters } from "./phc_string.ts";

export type { HashParameters };

/** Argon2id as the OWASP Password Storage Cheat Sheet has it: 19 MiB, 2, 1 (ASVS 11.4.2). */
export const DEFAULT_HASH_PARAMETERS: HashParameters = {
  memoryKib: 19_456,
  iterations: 2,
  parallelism: 1,
};

/** The longest password that is hashed at all; the policy's own limit is far below. */
export const MAX_PASSWORD_BYTES = 4096;

// `Algorithm` is a const enum, which erases to nothing at run time: 2 is Argon2id.
const ARGON2ID = 2;
const DIGEST_BYTES = 32;
const SALT_BYTES = 16;

export interface PasswordHasher {
  /**
   * Gives an Argon2id PHC string with a fresh salt of 16 bytes. The password is brought to NFC
   * (NIST SP 800-63B-4 3.1.1.2) and otherwise taken as it is: no trimming, case or cutting (ASVS 6.2.8).
   *
   * @throws {RangeError} over 4,096 bytes of UTF-8, or no well-formed Unicode
   * @throws {OverloadedError} the waiting line is full
   */
  hash(password: string): Promise<string>;
  /**
   * Gives the PHC string with the salt and the parameters of `like`, so that equal passwords give
   * equal strings: a whole password history costs one hash.
   *
   * @throws {RangeError} as `hash`, and where `like` is no Argon2id PHC string
   * @throws {OverloadedError} the waiting line is full
   */
  hashLike(password: string, like: string): Promise<string>;
  /**
   * Gives whether `password` made `passwordHash`, also where another program did (foreign_hashes.ts):
   * such a one may have hashed what was typed and not its NFC, so both are tried where they differ.
   * False too, at the same cost, for a corrupt or unknown hash, also where that shows only here (ASVS 11.2.5), and at no cost for a
   * password that `hash` would refuse.
   *
   * @throws {OverloadedError} the waiting line is full
   */
  verify(passwordHash: string, password: string): Promise<boolean>;
  /**
   * Costs what `verify` costs with today's parameters and gives false: for somebody who does not
   * exist, or has no password (ASVS 6.3.8).
   *
   * @throws {OverloadedError} the waiting line is full
   */
  verifyNobody(password: string): Promise<false>;
  /**
   * Gives true when the memory or the iterations are not today's, or the lanes more, and for any other kind of
   * hash: one that costs less is weak, one that costs more, as from elsewhere, takes everybody's turn at each sign-in.
   */
  needsRehash(passwordHash: string): boolean;
  /** Gives true when the parameters are exactly today's. */
  hasCurrentParameters(passwordHash: string): boolean;
}

/**
 * Makes the one place where passwords are hashed. At most `width` (the cores) hashes run at once
 * and `maxWaiting` more stand in line: they share memory bandwidth, so more at once is slower.
 *
 * @throws {RangeError} impossible parameters, `width` or `maxWaiting`: at most 4 GiB, 999 iterations
 */
export function createPasswordHasher(
  { parameters, width, maxWaiting, onBroken = () => {} }: {
    parameters: HashParameters;
    width: number;
    maxWaiting: number;
    /** Is told why a stored hash could not be verified. */
    onBroken?: (error: unknown) => void;
  },
): PasswordHasher {
  const inLine = createWorkQueue({
    width,
    maxWaiting,
    whenFull: (seconds) => new OverloadedError(seconds),
  });
  const nobody = decoyHash(parameters);
  if (!decodeHash(nobody)) throw new RangeError("impossible hash parameters");

  async function verifyNobody(password: string): Promise<false> {
    for (const bytes of spellings(password)) {
      await inLine(() => argon2.verify(nobody, bytes));
    }
    return false;
  }

  return {
    hash(password) {
      const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
      const options = { ...argonOptions(parameters), salt };
      return inLineOrRefused(password, options);
    },
    hashLike(password, like) {
      const decoded = decodeHash(like);
      if (!decoded) {
        return Promise.reject(new RangeError("no Argon2id PHC string"));
      }
      return inLineOrRefused(password, {
        ...argonOptions(decoded.parameters),
        outputLen: decoded.digestBytes,
        salt: decoded.salt,
      });
    },
    async verify(passwordHash, password) {
      const verify = verifierOf(passwordHash);
      if (!verify) return await verifyNobody(password);
      for (const bytes of spellings(password)) {
        const outcome = await inLine(() => attempt(verify, bytes));
        if (outcome === true) return true;
        if (outcome !== false) {
          onBroken(outcome.broken);
          return await verifyNobody(password);
        }
      }
      return false;
    },
    verifyNobody,
    needsRehash(passwordHash) {
      const used = decodeHash(passwordHash)?.parameters;
      return !used || used.memoryKib !== parameters.memoryKib ||
        used.iterations !== parameters.iterations ||
        used.parallelism > parameters.parallelism;
    },
    hasCurrentParameters(passwordHash) {
      const used = decodeHash(passwordHash)?.parameters;
      return used !== undefined && used.memoryKib === parameters.memoryKib &&
        used.iterations === parameters.iterations &&
        used.parallelism === parameters.parallelism;
    },
  };

  async function inLineOrRefused(password: string, options: argon2.Options) {
    const bytes = passwordBytes(password);
    if (!bytes) throw new RangeError("the password can't be hashed");
    return await inLine(() => argon2.hash(bytes, options));
  }
}

/** Whatever a verifier throws is an outcome too: a row that can't be read must not keep anybody from mending it. */
async function attempt(
  verify: (bytes: Uint8Array) => Promise<boolean>,
  bytes: Uint8Array,
): Promise<boolean | { broken: unknown }> {
  try {
    return await verify(bytes);
  } catch (broken) {
    return { broken };
  }
}

/** How a password is held against a hash; undefined where nobody knows. */
function verifierOf(passwordHash: string) {
  if (decodeHash(passwordHash)) {
    return (bytes: Uint8Array) => argon2.verify(passwordHash, bytes);
  }
  const foreign = judgeForeignHash(passwordHash);
  return foreign.ok ? foreign.value.verify : undefined;
}

/** What a hash may be of: NFC, and what was typed where that differs. None of a password that is not hashed. */
function spellings(password: string): Uint8Array[] {
  const bytes = passwordBytes(password);
  if (!bytes) return [];
  if (password === password.normalize("NFC")) return [bytes];
  return [bytes, new TextEncoder().encode(password)];
}

/** NFC as UTF-8, or undefined where it is too long, or where lone surrogates would all become U+FFFD. */
function passwordBytes(password: string): Uint8Array | undefined {
  // A UTF-16 unit takes at least one byte, so this bounds the work of normalising.
  if (password.length > MAX_PASSWORD_BYTES) return undefined;
  if (!password.isWellFormed()) return undefined;
  const bytes = new TextEncoder().encode(password.normalize("NFC"));
  return bytes.length > MAX_PASSWORD_BYTES ? undefined : bytes;
}

function argonOptions({ memoryKib, iterations, parallelism }: HashParameters) {
  return {
    algorithm: ARGON2ID,
    memoryCost: memoryKib,
    timeCost: iterations,
    parallelism,
    outputLen: DIGEST_BYTES,
  };
}

/** A hash of nothing: finding a password for a random digest is as hard as breaking Argon2. */
function decoyHash({ memoryKib, iterations, parallelism }: HashParameters) {
  const [salt, digest] = [SALT_BYTES, DIGEST_BYTES].map((length) =>
    crypto.getRandomValues(new Uint8Array(length))
      .toBase64({ omitPadding: true })
  );
  return `$argon2id$v=19$m=${memoryKib},t=${iterations},p=${parallelism}$${salt}$${digest}`;
}
