import type { SecretBox } from "./secret_box.ts";
import { sameText } from "./tokens.ts";

/**
 * Stands for a text that somebody may have chosen, such as a password: without the server's key no guess can be
 * tried at it, as it can at a plain hash. It names its key, so that it holds on when a new key is put in front.
 */
export function keyedDigest(
  secrets: SecretBox,
  purpose: string,
  text: string,
): string {
  return digestBy(secrets, { purpose, text })!;
}

/** Whether a digest is that of a text; never by a key that is gone. In constant time (ASVS 11.2.4). */
export function isDigestOf(
  secrets: SecretBox,
  digest: string,
  purpose: string,
  text: string,
): boolean {
  const [keyId] = digest.split(".");
  const right = digestBy(secrets, { purpose, text, keyId });
  return right !== undefined && sameText(digest, right);
}

function digestBy(
  secrets: SecretBox,
  { purpose, text, keyId }: {
    purpose: string;
    text: string;
    keyId?: string | undefined;
  },
): string | undefined {
  const mac = secrets.mac(purpose, keyId);
  mac?.update(text);
  return mac && `${mac.keyId}.${mac.digest()}`;
}
