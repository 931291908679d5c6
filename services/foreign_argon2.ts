import * as argon2 from "@node-rs/argon2";
import { decodeBase64 } from "./base64.ts";
import {
  type ForeignHash,
  type ForeignHashFailure,
  SEES_ALL,
} from "./foreign_hashes.ts";
import { argon2Cost } from "./hash_cost.ts";
import { ok, refuse, type Result } from "./result.ts";

// Version 16 (1.0) had no `v=` at first.
const FORM =
  /^\$argon2(?:id|i|d)\$(?:v=(16|19)\$)?m=([1-9]\d{0,9}),t=([1-9]\d{0,9}),p=([1-9]\d{0,7})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

const LEAST_KIB = 256;
const MOST_LANES = 16;
const SALT_BYTES = { least: 8, most: 64 }; // RFC 9106, 3.1
const DIGEST_BYTES = { least: 16, most: 64 };

export function readArgon2(
  text: string,
): Result<ForeignHash, ForeignHashFailure> {
  const form = "argon2";
  const [, version, ...rest] = FORM.exec(text) ?? [];
  const [memory, passes, lanes] = rest.slice(0, 3).map(Number);
  const [salt, digest] = rest.slice(3).map(decodeBase64);
  if (
    !memory || !passes || !lanes || !salt || !digest ||
    memory < 8 * lanes ||
    salt.length < SALT_BYTES.least || salt.length > SALT_BYTES.most ||
    digest.length < DIGEST_BYTES.least || digest.length > DIGEST_BYTES.most
  ) return refuse({ reason: "malformed", form });
  if (memory < LEAST_KIB) {
    const limit = `m=${LEAST_KIB} at least`;
    return refuse({ reason: "too_weak", form, limit });
  }
  const whole = version ? text : text.replace("$m=", "$v=16$m=");
  return ok({
    form,
    cost: lanes > MOST_LANES
      ? Infinity // a thread each
      : argon2Cost({ memoryKib: memory, iterations: passes }),
    sees: SEES_ALL,
    verify: (password) => argon2.verify(whole, password),
  });
}
