import type { HashParameters } from "./phc_string.ts";

/**
 * What a hash costs to verify, in KiB that one pass of Argon2id fills: 0.28 µs of a core on a machine of 2024. The
 * figures of the other forms are processor times beside that one, measured on the same core, so that an import
 * judges a file the same way on every machine and however busy that is.
 */
export const HASH_COSTS = {
  bcryptRound: 180,
  /** Of each iteration and block of the digest. */
  pbkdf2: { sha1: 0.6, sha256: 2.6, sha512: 2.4 },
  /** Of each KiB of 128 * N * r * p. */
  scryptKib: 9.2,
};

/** Argon2id as the OWASP Password Storage Cheat Sheet has it: 19 MiB, 2, 1 (ASVS 11.4.2). */
export const DEFAULT_HASH_PARAMETERS: HashParameters = {
  memoryKib: 19_456,
  iterations: 2,
  parallelism: 1,
};

/** How many times today's hash another one may cost. */
const TIMES = 10;

export function argon2Cost(
  { memoryKib, iterations }: Pick<HashParameters, "memoryKib" | "iterations">,
): number {
  return memoryKib * iterations;
}

/**
 * The dearest hash that is verified at all, by today's parameters (ASVS 15.2.2). Weaker parameters than OWASP's,
 * which the settings refuse, do not lower it.
 */
export function dearestCost(today: HashParameters): number {
  const cost = Math.max(argon2Cost(today), argon2Cost(DEFAULT_HASH_PARAMETERS));
  return TIMES * cost;
}
