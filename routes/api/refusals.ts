import type { Context } from "hono";
import type { AuthorizeFailure } from "../../services/authorization.ts";
import { refusalText } from "../../views/refusals.ts";
import type { AppEnv } from "../env.ts";
import {
  notFoundProblem,
  problem,
  type ProblemEntry,
  type ProblemName,
} from "./problems.ts";

const NAMES = {
  missing_permission: "missing-permission",
  missing_scope: "missing-scope",
  oneself: "oneself",
  outranked: "outranked",
} as const satisfies Record<string, ProblemName>;

/** What the service has refused, and recorded. */
export function refused(c: Context<AppEnv>, failure: AuthorizeFailure) {
  return failure.reason === "not_found"
    ? notFoundProblem(c)
    : problem(c, NAMES[failure.reason], { detail: refusalText(failure) });
}

/** Fields that can't be taken as they are; nothing was changed. */
export function invalid(
  c: Context<AppEnv>,
  errors: ProblemEntry[],
) {
  return problem(c, "invalid", {
    detail: "Nothing was changed. Each entry says what to do.",
    errors,
  });
}

/** Nobody signs in as a disabled user, whatever the password. */
export function userDisabled(c: Context<AppEnv>) {
  return problem(c, "user-disabled", {
    detail: "A password would be of no use: enable the user first.",
  });
}
