import type { Context } from "hono";
import { hashSecret } from "../../services/tokens.ts";
import type { AppEnv } from "../env.ts";
import { problem, type Refusal } from "./problems.ts";

/** A strong validator (RFC 9110, 8.8.3) of what an answer holds. */
export function etagOf(representation: unknown): string {
  return `"${hashSecret(JSON.stringify(representation)).slice(0, 24)}"`;
}

/**
 * Asks `If-Match` (RFC 9110, 13.1.1) of what is there now. The change itself compares again, in its transaction.
 *
 * @param needed a change without it could undo somebody else's (RFC 6585, 3)
 * @returns the refusal, or undefined where the change may go on
 */
export function refusePrecondition(
  c: Context<AppEnv>,
  { etag, needed }: { etag: string; needed: boolean },
): Refusal | undefined {
  const given = c.req.header("If-Match");
  if (given === undefined) {
    return needed
      ? problem(c, "precondition-required", {
        detail: "Read it first, and send its ETag as If-Match.",
      })
      : undefined;
  }
  const matches = given.trim() === "*" ||
    given.split(",").some((it) => it.trim() === etag);
  return matches ? undefined : changedMeanwhile(c);
}

export function changedMeanwhile(c: Context<AppEnv>) {
  return problem(c, "precondition-failed", {
    detail:
      "Somebody else was faster. Read it again and look at what it is now.",
  });
}
