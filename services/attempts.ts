/** Where tries to sign in to an account are counted; a new password clears all of them. */
export function accountAttemptPrefix(account: string) {
  return `sign_in:account:${account}:`;
}

/** Where tries at one's own current password are counted. */
export function ownAttemptKey(userId: string) {
  return `change_password:${userId}`;
}
