import type { GrantDoubts } from "../services/grant_doubts.ts";

/** The sentences that whoever grants a permission reads before; none where nothing speaks against it. */
export function grantDoubtLines(
  { passwordKnownSince, emailEntered }: GrantDoubts,
): string[] {
  const lines = [
    ...(passwordKnownSince
      ? [
        `Since ${
          moment(passwordKnownSince)
        }, somebody else may know the password of this account: staff, a program or an import has set it, or one before it.`,
      ]
      : []),
    ...(emailEntered
      ? [
        `The email address of this account was last entered by ${
          emailEntered.by ?? "the operator"
        } (${moment(emailEntered.at)}).`,
      ]
      : []),
  ];
  return lines.length === 0 ? [] : [
    ...lines,
    "Before you grant a permission, make sure who holds this account and reads its mail. Then have them set a new password by an emailed link: Reset your password, on the sign-in page.",
  ];
}

/** "2026-11-24 10:05 UTC" */
function moment(at: Date) {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
