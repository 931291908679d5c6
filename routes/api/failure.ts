import type { Context } from "hono";
import type { AppEnv } from "../env.ts";
import { judgeFailure } from "../failures.ts";
import { problem, type ProblemName } from "./problems.ts";

const SAID: Record<
  ReturnType<typeof judgeFailure>,
  { name: ProblemName; detail: string }
> = {
  400: { name: "malformed", detail: "The body is not JSON in UTF-8." },
  413: { name: "too-large", detail: "Shorten the body and try again." },
  415: {
    name: "unsupported-media-type",
    detail:
      "Send the Content-Type that the contract at /api/docs names for this operation.",
  },
  500: {
    name: "failure",
    detail:
      "That is our fault. Try again; if it stays, tell an administrator the request's id.",
  },
  503: {
    name: "unavailable",
    detail: "Nothing was changed. Try again after the seconds of Retry-After.",
  },
};

/** The one place where an error of an API request ends. */
export function apiFailure(error: Error, c: Context<AppEnv>) {
  const { name, detail } = SAID[judgeFailure(error, c)];
  return problem(c, name, { detail });
}
