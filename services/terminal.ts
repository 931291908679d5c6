import { type Output, standardError, standardOutput } from "./output.ts";

/** Milliseconds in which the last lines may be written when the program ends. */
const FLUSH_MS = 1_000;

/** Exit code of a command that is done, but whose answer nobody could read. */
const CANNOT_ANSWER = 4;

/** For the person at the terminal, apart from the log's lines. */
export function say(lines: string[], output: Output = standardError): void {
  output.write(lines.join("\n") + "\n");
}

/** Ends the program: what was logged and said is written, as far as somebody reads it within a second. */
export async function exit(code: number): Promise<never> {
  await Promise.all(
    [standardOutput, standardError].map((it) => it.flush(FLUSH_MS)),
  );
  Deno.exit(code);
}

/** Ends a command: its answer waits for a reader that is slow, and one that was not written is a failure. */
export async function exitAnswered(code: number): Promise<never> {
  if (await standardOutput.flush()) return await exit(code);
  say(["The answer could not be written to standard output."]);
  return await exit(code === 0 ? CANNOT_ANSWER : code);
}
