export type LogFields = Record<string, unknown>;

/** One line of JSON for each event (ASVS 16.2.4): what happened, then its fields. */
export type Log = (
  level: "info" | "warning" | "error",
  event: string,
  fields?: LogFields,
) => void;

const encoder = new TextEncoder();

/** Writes to a stream. JSON escapes what could forge a line or colour a terminal (ASVS 16.4.1). */
export function logTo(stream: Pick<typeof Deno.stdout, "writeSync">): Log {
  return (level, event, fields = {}) => {
    const line = JSON.stringify({
      at: new Date().toISOString(),
      level,
      event,
      ...fields,
    });
    stream.writeSync(encoder.encode(escapeControls(line) + "\n"));
  };
}

/** The program's log: standard output. */
export const log: Log = logTo(Deno.stdout);

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
