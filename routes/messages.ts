import type { FieldProblem, FieldProblems } from "../services/user_fields.ts";

/** What is wrong with a field, and what to do. */
export function problemText(problem: FieldProblem): string {
  switch (problem.problem) {
    case "required":
      return "Please fill this in.";
    case "too_long":
      return `Use at most ${problem.max} characters.`;
    case "unreadable":
      return "It holds characters that can't be read. Type it instead of pasting it.";
    case "taken":
      return "Another user has this already. Choose another one.";
    case "look_alike":
      return "Another user's looks the same. Choose another one.";
    case "malformed":
      return MALFORMED[problem.kind];
  }
}

const MALFORMED = {
  username:
    "Use letters, digits, dots, hyphens and underscores; begin and end with a letter or digit.",
  email:
    "Write it like name@example.org, with only a to z, digits and signs in front of the @.",
  tel: "Use digits, spaces and + ( ) / . -",
  url: "Write it like https://example.org.",
  date: "Write it like 2026-11-23.",
  number: "Write a number like 12 or 12.5.",
};

export function problemTexts(problems: FieldProblems): Record<string, string> {
  return Object.fromEntries(
    Object.entries(problems).map(([field, it]) => [field, problemText(it)]),
  );
}

/** "name, username or email" */
export function searchedBy(fields: readonly string[]): string {
  const last = fields.at(-1)!;
  return fields.length === 1
    ? last
    : `${fields.slice(0, -1).join(", ")} or ${last}`;
}

export function tooManyAttempts(retryAfterSeconds: number): string {
  const minutes = Math.ceil(retryAfterSeconds / 60);
  return `Too many attempts. Try again in ${minutes} ${
    minutes === 1 ? "minute" : "minutes"
  }.`;
}

/**
 * Codes of an app depend on its clock. The sentence is the same after every wrong code: one that depended on
 * whether the code is right for another time would tell a guesser that it is.
 */
export function compareClocks(): string {
  const time = new Date().toISOString().slice(11, 19);
  return `Codes depend on the time. Our clock showed ${time} UTC just now: compare it with your telephone's.`;
}

export const CHANGED_MEANWHILE =
  "Somebody else has changed this meanwhile. What holds now is shown below; look again, then save again.";
export const PASSWORD_KNOWN =
  "Somebody who doesn't hold this permission has set the user's password and knows it. Let the user replace it first, under User > Password/2FA.";
export const REPORT_OPEN =
  "The user has frozen this account by “It was not me”. Settling the report, under Account > Reports, is what enables it again.";
export const SETTLER_INVOLVED =
  "You have set this user's password, or done what the report is about. A colleague has to settle it.";
export const LAST_ADMINISTRATOR =
  "This is the last one who holds Administration. Grant it to somebody else first.";
