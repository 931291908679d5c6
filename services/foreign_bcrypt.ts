import { Buffer } from "node:buffer";
import bcrypt from "bcrypt";
import type {
  ForeignHash,
  ForeignHashFailure,
  Sight,
} from "./foreign_hashes.ts";
import { HASH_COSTS } from "./hash_cost.ts";
import { ok, refuse, type Result } from "./result.ts";

const FORM = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** The binary logarithm of the rounds. */
const COST = { least: 4, most: 31 };

/** Bcrypt reads 72 bytes and repeats what is shorter with a NUL between, so "pw" and "pw\0pw" are one to it. */
const SIGHT: Sight = { bytes: 72, nul: false };

/** The package has no types of its own. */
const compare: (password: Buffer, hash: string) => Promise<boolean> =
  bcrypt.compare;

/** `$2a$`, `$2b$` and PHP's `$2y$`, which give the same for all that today's programs write. */
export function readBcrypt(
  text: string,
): Result<ForeignHash, ForeignHashFailure> {
  const form = "bcrypt";
  const cost = Number(FORM.exec(text)?.[1] ?? 0);
  if (cost < COST.least || cost > COST.most) {
    return refuse({ reason: "malformed", form });
  }
  const hash = `$2b${text.slice(3)}`;
  return ok({
    form,
    cost: 2 ** cost * HASH_COSTS.bcryptRound,
    sees: SIGHT,
    verify: (password) => compare(Buffer.from(password), hash),
  });
}
