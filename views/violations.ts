import type { PolicyViolation } from "../services/password_policy.ts";

/** What is wrong with a password, and what to do. */
export function violationText(violation: PolicyViolation): string {
  switch (violation.rule) {
    case "too_short":
      return `It has ${violation.length} of at least ${violation.min} characters. Add a word or two.`;
    case "too_long":
      return `It has ${violation.length} characters; use at most ${violation.max}.`;
    case "not_text":
      return "It holds characters that can't be typed on every keyboard. Type it instead of pasting it.";
    case "common":
      return "It is among the most common passwords. Choose another one.";
    case "context_word":
      return "It is made of the name, the username, the email or the name of this service. Choose something else.";
    case "too_guessable":
      return "It is easily guessed. Add a word that has nothing to do with the rest.";
    case "breached":
      return "It is in a list of passwords that have been stolen elsewhere. Choose another one.";
    case "reused":
      return "It was used before for this account. Choose a new one.";
  }
}

export function violationTexts(violations: PolicyViolation[]): string {
  return violations.map(violationText).join(" ");
}
