import { randomBytes } from "node:crypto";
import type { Database } from "../db/client.ts";
import { countAttempt } from "../db/rate_limits.ts";
import { listRecoveryCodes } from "../db/recovery_codes.ts";
import type { ServiceContext } from "./context.ts";
import type { PasswordHasher } from "./password_hash.ts";
import { typedCode } from "./typed_code.ts";

const RECOVERY_CODES = 10;
const CHARACTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"; // none is taken for another
const LENGTH = 10; // 49 bits; ASVS 6.5.4 wants 20

/** A set of codes, and their hashes under one salt. */
export async function createRecoveryCodes(
  hasher: PasswordHasher,
): Promise<{ codes: string[]; hashes: string[] }> {
  const codes = Array.from({ length: RECOVERY_CODES }, createCode);
  const [first, ...others] = codes;
  const like = await hasher.hash(first!);
  const rest = await Promise.all(
    others.map((it) => hasher.hashLike(it, like)),
  );
  return { codes, hashes: [like, ...rest] };
}

/** Sets of codes that one user may have made in an hour: each costs ten hashes. */
const SETS_PER_HOUR = 10;

/** Counts a set that is about to be made. */
export async function hasMadeEnoughCodes(
  { db }: Pick<ServiceContext, "db">,
  userId: string,
): Promise<boolean> {
  const exceeded = await countAttempt(db, {
    limits: [{ key: `recovery_codes:${userId}`, limit: SETS_PER_HOUR }],
    windowSeconds: 3600,
  });
  return exceeded !== undefined;
}

function createCode(): string {
  let code = "";
  while (code.length < LENGTH) {
    const [byte] = randomBytes(1);
    // The highest bytes would make some characters likelier than others.
    if (byte! < 256 - 256 % CHARACTERS.length) {
      code += CHARACTERS[byte! % CHARACTERS.length];
    }
  }
  return code;
}

/** As somebody may type it: in groups, small, with any separators. Undefined for what no code can be. */
export function parseRecoveryCode(text: string): string | undefined {
  const code = typedCode(text).toUpperCase();
  return code.length === LENGTH &&
      [...code].every((it) => CHARACTERS.includes(it))
    ? code
    : undefined;
}

/** "ABCDE-FGHJK" */
export function formatRecoveryCode(code: string): string {
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
}

/** The hash of a code among a user's, for `consumeRecoveryCode`; undefined for a wrong one. One hash, whichever. */
export async function findRecoveryCode(
  db: Database,
  hasher: PasswordHasher,
  { userId, code }: { userId: string; code: string },
): Promise<string | undefined> {
  const hashes = await listRecoveryCodes(db, userId);
  if (hashes.length === 0) {
    await hasher.verifyNobody(code, { account: userId });
    return undefined;
  }
  const hash = await hasher.hashLike(code, hashes[0]!, { account: userId });
  return hashes.includes(hash) ? hash : undefined;
}
