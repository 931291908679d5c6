import { type Output, standardOutput } from "./output.ts";

export type LogFields = Record<string, unknown>;

/** One line of JSON for each event (ASVS 16.2.4): what happened, then its fields. */
export type Log = (
  level: "info" | "warning" | "error",
  event: string,
  fields?: LogFields,
) => void;

/** Characters of lines that may wait for a reader: some ten thousand lines. */
const MOST_WAITING = 4 * 1024 * 1024;

/**
 * Writes to an output. JSON escapes what could forge a line or colour a terminal (ASVS 16.4.1). A log that can't be
 * written holds nothing up and fails nothing: lines wait up to a bound, those beyond it are counted, and their
 * number is a line of the log once there is room again.
 */
export function logTo(
  output: Pick<Output, "write" | "waiting" | "drained">,
  { mostWaiting = MOST_WAITING }: { mostWaiting?: number } = {},
): Log {
  let lost = 0;

  function tellLost() {
    if (lost === 0) return;
    output.write(lineOf("error", "log_lines_lost", { lines: lost }));
    lost = 0;
  }

  return (level, event, fields = {}) => {
    const line = lineOf(level, event, fields);
    if (output.waiting() + line.length <= mostWaiting) {
      tellLost();
      output.write(line);
    } else if (lost++ === 0) {
      output.drained().then(tellLost);
    }
  };
}

function lineOf(level: string, event: string, fields: LogFields): string {
  const at = new Date().toISOString();
  const line = JSON.stringify({ at, level, event, ...fields });
  return escapeControls(line) + "\n";
}

/** The program's log: standard output. */
export const log: Log = logTo(standardOutput);

/**
 * What may be told of an error: Drizzle writes the parameters of a failed query into its message, and
 * PostgreSQL the row into its detail. They may hold a hash or an address, so only names and codes stay.
 */
export function describeError(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const { code, constraint_name } = error as {
    code?: unknown;
    constraint_name?: unknown;
  };
  const query = error.message.startsWith("Failed query:");
  return {
    error: error.name,
    ...(typeof code === "string" && { code }),
    ...(typeof constraint_name === "string" && { constraint: constraint_name }),
    ...(!query && code === undefined && !/\burl\b/i.test(error.message) &&
      { message: error.message }),
    stack: frames(error),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}

function frames({ stack = "" }: Error) {
  return stack.split("\n").map((it) => it.trim())
    .filter((it) => it.startsWith("at ")).slice(0, 6);
}

function escapeControls(line: string) {
  return line.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (it) => "\\u" + it.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}
