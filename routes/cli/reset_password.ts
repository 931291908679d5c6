import {
  type PrintedLink,
  printResetLink,
} from "../../services/printed_links.ts";
import {
  type Command,
  done,
  noSuchUser,
  refused,
  withSubject,
} from "./command.ts";

export const resetPassword: Command = {
  operands: ["USER"],
  does: "prints a one-time link with which the user sets a new password",
  run: (context, { operands }) =>
    withSubject(context, operands[0]!, async ({ id, name }) => {
      const printed = await printResetLink(context, { subjectId: id });
      if (printed.ok) {
        return done(linkLines(`A new password for ${name}`, printed.value), {
          userId: id,
          ...printed.value,
        });
      }
      return printed.failure.reason === "not_found"
        ? noSuchUser()
        : refused("disabled", "This user is disabled; enable the user first.");
    }),
};

export function linkLines(what: string, { url, minutes }: PrintedLink) {
  return [`${what} within ${minutes} minutes here, once:`, `  ${url}`];
}
