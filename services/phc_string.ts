import { decodeBase64 } from "./base64.ts";

export interface HashParameters {
  /** Memory, in KiB. */
  memoryKib: number;
  /** Passes over the memory. */
  iterations: number;
  /** Lanes, which may be computed at the same time. */
  parallelism: number;
}

export interface DecodedHash {
  parameters: HashParameters;
  salt: Uint8Array;
  digestBytes: number;
}

const PHC =
  /^\$argon2id\$v=19\$m=([1-9]\d{0,6}),t=([1-9]\d{0,2}),p=([1-9]\d?)\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** 4 GiB: a higher number is a damaged row, and allocating it would end the process. */
const MAX_MEMORY_KIB = 4_194_304;

/**
 * Reads an Argon2id hash in PHC string format (RFC 9106 with version 19; salt 8 to 64 bytes,
 * digest 16 to 64 bytes, at most 4 GiB and 999 iterations). Gives undefined for anything else:
 * another algorithm, another version, a damaged string.
 */
export function decodeHash(passwordHash: string): DecodedHash | undefined {
  const [, memory, iterations, lanes, salt, digest] = PHC.exec(passwordHash) ??
    [];
  if (!salt || !digest) return undefined;
  const parameters = {
    memoryKib: Number(memory),
    iterations: Number(iterations),
    parallelism: Number(lanes),
  };
  const { memoryKib, parallelism } = parameters;
  // RFC 9106 3.1: at least 8 KiB for each lane.
  if (memoryKib > MAX_MEMORY_KIB || memoryKib < 8 * parallelism) {
    return undefined;
  }
  const saltBytes = decodeBase64(salt);
  const digestBytes = decodeBase64(digest)?.length;
  if (!saltBytes || !digestBytes) return undefined;
  return { parameters, salt: saltBytes, digestBytes };
}
