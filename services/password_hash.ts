import * as argon2 from "@node-rs/argon2";
import { judgeForeignHash } from "./foreign_hashes.ts";
import {
  argon2Cost,
  dearestCost,
  DEFAULT_HASH_PARAMETERS,
} from "./hash_cost.ts";
import { createHashLanes } from "./hash_lanes.ts";
import { decodeHash, type HashParameters } from "./phc_string.ts";
import { passwordBytes, spellings } from "./password_bytes.ts";
import type { QueueTurn } from "./work_queue.ts";

export { DEFAULT_HASH_PARAMETERS, type HashParameters };

// `Algorithm` is a const enum, which erases to nothing at run time: 2 is Argon2id.
const ARGON2ID = 2;
const DIGEST_BYTES = 32;
const SALT_BYTES = 16;

export interface PasswordHasher {
  /**
   * Gives an Argon2id PHC string with a fresh salt of 16 bytes. The password is brought to NFC
   * (NIST SP 800-63B-4 3.1.1.2) and otherwise taken as it is: no trimming, case or cutting (ASVS 6.2.8).
   *
   * @param turn whom it is for: turns in line are fair between places and accounts
   * @throws {RangeError} over 4,096 bytes of UTF-8, or no well-formed Unicode
   * @throws {OverloadedError} the waiting line is full
   */
  hash(password: string, turn?: QueueTurn): Promise<string>;
  /**
   * Gives the PHC string with the salt and the parameters of `like`, so that equal passwords give
   * equal strings: a whole password history costs one hash.
   *
   * @throws {RangeError} as `hash`, and where `like` is no Argon2id PHC string
   * @throws {OverloadedError} the waiting line is full
   */
  hashLike(password: string, like: string, turn?: QueueTurn): Promise<string>;
  /**
   * Gives whether `password` made `passwordHash`, also where another program did (foreign_hashes.ts):
   * such a one may have hashed what was typed and not its NFC, so both are tried where they differ.
   * False too, at the cost of today's hash, for a corrupt or unknown hash, also where that shows only here (ASVS
   * 11.2.5), and for one that costs more than ten of today's; at no cost for a password that `hash` would refuse.
   *
   * @throws {OverloadedError} the waiting line is full
   */
  verify(
    passwordHash: string,
    password: string,
    turn?: QueueTurn,
  ): Promise<boolean>;
  /**
   * The `verify` of signing in, which takes the same time whether there is such an account and whatever is stored
   * for it (ASVS 6.3.8), but for whom it lets in: a right password of a `usable` account.
   *
   * @param stored undefined for somebody who does not exist or has no password
   * @throws {OverloadedError} the waiting line is full
   */
  authenticate(
    stored: { passwordHash: string; usable: boolean } | undefined,
    password: string,
    turn?: QueueTurn,
  ): Promise<boolean>;
  /**
   * Costs what `hash` costs and gives false: where there is nothing to compare with (ASVS 6.3.8).
   *
   * @throws {OverloadedError} the waiting line is full
   */
  verifyNobody(password: string, turn?: QueueTurn): Promise<false>;
  /** Gives whether a password can be held against it at all: false for corrupt and unknown hashes, and too dear ones. */
  isVerifiable(passwordHash: string): boolean;
  /**
   * Gives true when the memory or the iterations are not today's, or the lanes more, and for any other kind of
   * hash: one that costs less is weak, one that costs more, as from elsewhere, takes everybody's turn at each sign-in.
   */
  needsRehash(passwordHash: string): boolean;
  /** Gives true when the parameters are exactly today's. */
  hasCurrentParameters(passwordHash: string): boolean;
}

/**
 * Makes the one place where passwords are hashed. At most `width` (the cores) hashes run at once and `maxWaiting`
 * more stand in line: they share memory bandwidth, so more at once is slower. What costs more than today's
 * hash has a narrow line of its own (services/hash_lanes.ts).
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
  const lanes = createHashLanes({ width, maxWaiting });
  const dearest = dearestCost(parameters);
  const nobody = decoyHash(parameters);
  if (!decodeHash(nobody)) throw new RangeError("impossible hash parameters");
  const usual = { usual: true };
  async function verifyNobody(
    password: string,
    turn?: QueueTurn,
  ): Promise<false> {
    for (const bytes of spellings(password)) {
      await lanes.quick(() => argon2.verify(nobody, bytes), turn, usual);
    }
    return false;
  }

  /** How a password is held against a hash, and whether that costs more than today's; undefined where nobody knows. */
  function verifierOf(passwordHash: string): Verifier | undefined {
    const own = decodeHash(passwordHash)?.parameters;
    if (own) {
      const cost = argon2Cost(own);
      return cost > dearest ? undefined : {
        verify: (bytes) => argon2.verify(passwordHash, bytes),
        dear: cost > argon2Cost(parameters),
      };
    }
    const foreign = judgeForeignHash(passwordHash, dearest);
    return foreign.ok ? { ...foreign.value, dear: true } : undefined;
  }

  function hasCurrentParameters(passwordHash: string) {
    const used = decodeHash(passwordHash)?.parameters;
    return used !== undefined && used.memoryKib === parameters.memoryKib &&
      used.iterations === parameters.iterations &&
      used.parallelism === parameters.parallelism;
  }

  /** A broken hash is an outcome too: a row that can't be read must not keep anybody from mending it. */
  async function attempt(verify: Verifier["verify"], bytes: Uint8Array) {
    try {
      return await verify(bytes);
    } catch (error) {
      onBroken(error);
      return undefined;
    }
  }

  return {
    hash(password, turn) {
      const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
      const options = { ...argonOptions(parameters), salt };
      return inLineOrRefused(password, options, turn);
    },
    hashLike(password, like, turn) {
      const decoded = decodeHash(like);
      if (!decoded) {
        return Promise.reject(new RangeError("no Argon2id PHC string"));
      }
      const options = {
        ...argonOptions(decoded.parameters),
        outputLen: decoded.digestBytes,
        salt: decoded.salt,
      };
      return inLineOrRefused(password, options, turn);
    },
    async verify(passwordHash, password, turn) {
      const verifier = verifierOf(passwordHash);
      if (!verifier) return await verifyNobody(password, turn);
      const { verify, dear } = verifier;
      for (const bytes of spellings(password)) {
        const work = () => attempt(verify, bytes);
        const right = dear
          ? await lanes.narrow(work, turn)
          : await lanes.quick(work, turn, { usual: false });
        if (right) return true;
        if (right === undefined) return await verifyNobody(password, turn);
      }
      return false;
    },
    async authenticate(stored, password, turn) {
      const usable = stored?.usable ?? false;
      const hash = stored?.passwordHash ?? nobody;
      const current = hasCurrentParameters(hash);
      let right = false;
      // First what costs the same for everybody: today's hash, or a decoy in its stead.
      for (const bytes of spellings(password)) {
        const made = await lanes.quick(
          () =>
            attempt((it) => argon2.verify(current ? hash : nobody, it), bytes),
          turn,
          usual,
        );
        right ||= made === true;
      }
      if (right && usable) return true;
      // Then a turn in the narrow line, in which other kinds of hashes are verified.
      const verify = current ? undefined : verifierOf(hash)?.verify;
      for (const bytes of spellings(password)) {
        right = await lanes.even(
          async () =>
            right || (verify && await attempt(verify, bytes)) === true,
          turn,
          (it) => it && usable,
        );
        if (right && usable) return true;
      }
      return right;
    },
    verifyNobody,
    isVerifiable: (passwordHash) => verifierOf(passwordHash) !== undefined,
    needsRehash(passwordHash) {
      const used = decodeHash(passwordHash)?.parameters;
      return !used || used.memoryKib !== parameters.memoryKib ||
        used.iterations !== parameters.iterations ||
        used.parallelism > parameters.parallelism;
    },
    hasCurrentParameters,
  };

  async function inLineOrRefused(
    password: string,
    options: argon2.Options,
    turn: QueueTurn | undefined,
  ) {
    const bytes = passwordBytes(password);
    if (!bytes) throw new RangeError("the password can't be hashed");
    return await lanes.quick(() => argon2.hash(bytes, options), turn, {
      usual: false,
    });
  }
}

interface Verifier {
  verify: (bytes: Uint8Array) => Promise<boolean>;
  /** Costs more than today's hash, or nobody knows how much more. */
  dear: boolean;
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
