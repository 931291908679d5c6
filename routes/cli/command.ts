import type { ServiceContext } from "../../services/context.ts";
import { findSubject } from "../../services/operator.ts";

/** What a command ends with. The README lists them. */
export const EXIT = {
  done: 0,
  refused: 1,
  wrongUse: 2,
  verificationFailed: 3,
  cannotRun: 4,
} as const;
export type ExitCode = typeof EXIT[keyof typeof EXIT];

export interface Outcome {
  exitCode: ExitCode;
  /** For people. */
  lines: string[];
  /** The same for programs, under `--json`. */
  json: Record<string, unknown>;
}

export interface Given {
  operands: string[];
  options: Record<string, string | undefined>;
  /** A line about how far it is, for people, apart from the outcome. */
  progress(line: string): void;
}

export interface Command {
  /** What has to follow the name: "USER". */
  operands?: readonly string[];
  /**
   * By name, what stands for its value in the help; null for one without a value, which is "yes" where it is given.
   * All but `required` ones may be left out.
   */
  options?: Record<string, { value: string | null; required?: boolean }>;
  does: string;
  run(context: ServiceContext, given: Given): Promise<Outcome>;
}

/** The command was called as it can't be; the message says why. */
export class WrongUseError extends Error {
  override name = "WrongUseError";
}

export function done(
  lines: string[],
  json: Record<string, unknown> = {},
): Outcome {
  return { exitCode: EXIT.done, lines, json: { ok: true, ...json } };
}

export function refused(
  reason: string,
  message: string,
  json: Record<string, unknown> = {},
): Outcome {
  return failed(EXIT.refused, reason, message, json);
}

export function failed(
  exitCode: Exclude<ExitCode, 0>,
  reason: string,
  message: string,
  json: Record<string, unknown> = {},
): Outcome {
  return {
    exitCode,
    lines: [message],
    json: { ok: false, reason, message, ...json },
  };
}

/** Does something with the user whom a username, email or id names, or says that there is none. */
export async function withSubject(
  context: ServiceContext,
  text: string,
  then: (subject: { id: string; name: string }) => Promise<Outcome>,
): Promise<Outcome> {
  const subject = await findSubject(context, text);
  return subject ? await then(subject) : noSuchUser();
}

export function noSuchUser(): Outcome {
  return refused(
    "not_found",
    "There is no user of this username, email or id.",
  );
}
