import type { Context } from "hono";
import type { z } from "@hono/zod-openapi";
import type { AppEnv } from "../env.ts";
import { notFoundProblem, problem, type Refusal } from "./problems.ts";
import { invalid } from "./refusals.ts";
import { escapePointer } from "./user_input.ts";

type Checked =
  | { success: true }
  | { success: false; error: z.ZodError; target: string };

/** What an operation's schema refuses: a path leads nowhere, a query can't be read, a body has entries for fields. */
export function onInvalid(
  checked: Checked,
  c: Context<AppEnv>,
): Refusal | undefined {
  if (checked.success) return undefined;
  const issues = checked.error.issues.flatMap(eachIssue);
  if (checked.target === "param") return notFoundProblem(c);
  if (checked.target === "json") {
    return invalid(
      c,
      issues.map(({ path, message }) => ({
        pointer: path.map((it) => `/${escapePointer(String(it))}`).join(""),
        detail: message,
      })),
    );
  }
  return problem(c, "malformed", {
    detail: "A parameter is not as it has to be.",
    errors: issues.map(({ path, message }) => ({
      parameter: path.map(String).join("."),
      detail: message,
    })),
  });
}

/** zod tells of all unknown fields in one issue. */
function eachIssue(issue: z.core.$ZodIssue) {
  const { path, message } = issue;
  return issue.code === "unrecognized_keys"
    ? issue.keys.map((key) => ({
      path: [...path, key],
      message: "There is no such field or parameter.",
    }))
    : [{ path, message }];
}
