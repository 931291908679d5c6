import { replaceHash } from "../db/passwords.ts";
import type { ServiceContext } from "./context.ts";
import { isSeenWhole } from "./foreign_hashes.ts";
import { describeError } from "./log.ts";

/**
 * Brings a hash with old parameters, or of another program, to today's, at the moment when the password that
 * made it is known whole. It must not fail what the password was given for.
 */
export async function upgradeHash(
  { db, hasher, log }: ServiceContext,
  { userId, passwordHash }: { userId: string; passwordHash: string },
  password: string,
) {
  if (!hasher.needsRehash(passwordHash)) return;
  if (!isSeenWhole(passwordHash, password)) return;
  try {
    const to = await hasher.hash(password);
    await replaceHash(db, { userId, from: passwordHash, to });
  } catch (error) {
    log("warning", "password_rehash_failed", describeError(error));
  }
}
