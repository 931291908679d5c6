import { createHash } from "node:crypto";
import { identifierKey } from "../db/email_addresses.ts";

/**
 * Where tries to sign in to an account are counted; a new password clears all of them.
 *
 * @param account a user's id, or the hash of a name, whether it is somebody's or not
 */
export function accountAttemptPrefix(account: string) {
  return `sign_in:account:${account}:`;
}

/** Where tries at one's own current password are counted. */
export function ownAttemptKey(userId: string) {
  return `change_password:${userId}`;
}

/** Where tries at somebody's second factor are counted, from wherever they come (ASVS 6.6.3). */
export function secondFactorAttemptKey(userId: string) {
  return `second_factor:${userId}`; // a new password does not clear it
}

/** Where requests for a reset link are counted. */
export function resetAttemptKey(account: string) {
  return `reset:account:${account}`;
}

/** What somebody typed may be a password in the wrong field: only a hash of it becomes a key. */
export function identifierHash(identifier: string) {
  return createHash("sha256").update(identifierKey(identifier)).digest(
    "base64url",
  );
}
