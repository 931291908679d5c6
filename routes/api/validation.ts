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
    : [{ path, message: sayWhatToDo(issue, message) }];
}

/** zod says what it saw; people want to know what to send. */
function sayWhatToDo(issue: z.core.$ZodIssue, message: string): string {
  switch (issue.code) {
    case "invalid_type":
      return `Send ${WANTED[issue.expected] ?? "another kind of value"}.`;
    case "invalid_value":
      return `Use one of: ${issue.values.join(", ")}.`;
    case "invalid_format":
      return `Write it as ${WANTED[issue.format] ?? issue.format}.`;
    case "too_big":
      return `Use at most ${issue.maximum}${unit(issue.origin)}.`;
    case "too_small":
      return `Use at least ${issue.minimum}${unit(issue.origin)}.`;
    case "invalid_union":
      return "It has none of the forms that the contract at /api/docs names.";
    default:
      return message;
  }
}

const WANTED: Record<string, string> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  uuid: "a UUID",
  datetime: "a time in UTC like 2026-11-23T09:30:00Z",
};

function unit(origin: string) {
  return origin === "string"
    ? " characters"
    : origin === "array"
    ? " entries"
    : "";
}
