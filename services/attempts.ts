import { identifierKey } from "../db/email_addresses.ts";
import type { ServiceContext } from "./context.ts";
import { keyedDigest } from "./keyed_digest.ts";

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

/** What somebody typed may be a password in the wrong field: only a keyed digest of it is stored. */
export function identifierHash(
  { secrets }: Pick<ServiceContext, "secrets">,
  identifier: string,
) {
  return keyedDigest(secrets, "typed identifier", identifierKey(identifier));
}
