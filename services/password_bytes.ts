/** The longest password that is hashed at all; the policy's own limit is far below. */
export const MAX_PASSWORD_BYTES = 4096;

/** What a hash may be of: NFC, and what was typed where that differs. None of a password that is not hashed. */
export function spellings(password: string): Uint8Array[] {
  const bytes = passwordBytes(password);
  if (!bytes) return [];
  if (password === password.normalize("NFC")) return [bytes];
  return [bytes, new TextEncoder().encode(password)];
}

/** NFC as UTF-8, or undefined where it is too long, or where lone surrogates would all become U+FFFD. */
export function passwordBytes(password: string): Uint8Array | undefined {
  // A UTF-16 unit takes at least one byte, so this bounds the work of normalising.
  if (password.length > MAX_PASSWORD_BYTES) return undefined;
  if (!password.isWellFormed()) return undefined;
  const bytes = new TextEncoder().encode(password.normalize("NFC"));
  return bytes.length > MAX_PASSWORD_BYTES ? undefined : bytes;
}
