import { Buffer } from "node:buffer";
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { v7 as uuidv7, validate } from "uuid";

/** A reference token `id.secret`: the id finds the row, of the secret only the hash is stored. */
export interface Token {
  id: string;
  secret: string;
}

/** 256 random bits from the system's generator (ASVS 7.2.3, 11.5.1 ask for 128). */
export function createToken(): Token {
  return { id: uuidv7(), secret: randomBytes(32).toString("base64url") };
}

export function formatToken({ id, secret }: Token): string {
  return `${id}.${secret}`;
}

/** Undefined for anything that `formatToken` can't have made. */
export function parseToken(text: string | undefined): Token | undefined {
  const [id, secret, ...rest] = text?.split(".") ?? [];
  if (!id || !secret || rest.length > 0) return undefined;
  return validate(id) && /^[\w-]{43}$/.test(secret)
    ? { id, secret }
    : undefined;
}

/** SHA-256, base64url: enough for a secret of 256 random bits, which nobody can guess. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

/** In constant time (ASVS 11.2.4). */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
