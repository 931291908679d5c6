import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
} from "node:crypto";

/** What the database keeps sealed: it must be read again, so no hash will do (ASVS 11.3.2, 11.3.3). */
export interface SecretBox {
  /** @param owner whose it is: sealed for one, it opens for nobody else */
  seal(secret: string, owner: string): string;
  /** Undefined for what was changed, is somebody else's, or was sealed by a key that is gone (ASVS 11.2.5). */
  open(sealed: string, owner: string): string | undefined;
  /**
   * A keyed digest for one purpose, by the first key or the one that is named. Undefined for a key that is gone.
   */
  mac(purpose: string, keyId?: string): Mac | undefined;
}

/** HMAC-SHA-256 that is fed piece by piece, so that no message has to fit into memory. */
export interface Mac {
  keyId: string;
  update(text: string): void;
  /** base64url */
  digest(): string;
}

const CIPHER = "aes-256-gcm";
export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM with a random nonce. The first key seals, all of them open (ASVS 11.2.2): to rotate, put a new
 * key in front.
 */
export function createSecretBox(keys: Uint8Array[]): SecretBox {
  const byId = new Map(keys.map((it) => [keyId(it), it]));
  const [current] = keys;
  if (!current) throw new RangeError("there must be a key");
  return {
    seal(secret, owner) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, current, nonce, {
        authTagLength: TAG_BYTES,
      }).setAAD(Buffer.from(owner));
      const sealed = [cipher.update(secret, "utf8"), cipher.final()];
      const body = Buffer.concat([...sealed, cipher.getAuthTag()]);
      return written(keyId(current), nonce, body);
    },
    open(text, owner) {
      const [version, id = "", nonce = "", body = ""] = text.split(".");
      const key = byId.get(id);
      if (version !== "v1" || !key) return undefined;
      const sealed = Buffer.from(body, "base64url");
      const start = Buffer.from(nonce, "base64url");
      // What a decoder passes over (a letter too many, another part) is a change too.
      if (text !== written(id, start, sealed)) return undefined;
      try {
        const decipher = createDecipheriv(
          CIPHER,
          key,
          start,
          { authTagLength: TAG_BYTES },
        ).setAAD(Buffer.from(owner))
          .setAuthTag(sealed.subarray(-TAG_BYTES));
        return decipher.update(
          sealed.subarray(0, -TAG_BYTES),
          undefined,
          "utf8",
        ) +
          decipher.final("utf8");
      } catch {
        return undefined;
      }
    },
    mac(purpose, id = keyId(current)) {
      const key = byId.get(id);
      return key && createMac(key, purpose, id);
    },
  };
}

/** What was sealed, as it is kept. */
function written(id: string, nonce: Buffer, body: Buffer): string {
  return ["v1", id, nonce.toString("base64url"), body.toString("base64url")]
    .join(".");
}

/** Under a key of its own, derived for the purpose (HKDF, RFC 5869): what seals secrets signs nothing. */
function createMac(key: Uint8Array, purpose: string, keyId: string): Mac {
  const derived = hkdfSync("sha256", key, "", purpose, KEY_BYTES);
  const hmac = createHmac("sha256", new Uint8Array(derived));
  return {
    keyId,
    update: (text) => void hmac.update(text),
    digest: () => hmac.digest("base64url"),
  };
}

/** Names a key without telling it. */
function keyId(key: Uint8Array) {
  return createHash("sha256").update(key).digest("hex").slice(0, 8);
}
