import type { ExitCode } from "../../routes/cli/command.ts";
import { runCommand } from "../../routes/cli/run.ts";
import type { Program } from "./app.ts";

export interface Answer {
  code: ExitCode;
  out: string;
  err: string;
}

/** A command as its process would run it, on the database of a test. */
export async function command(
  running: Pick<Program, "services">,
  ...args: string[]
): Promise<Answer> {
  const said = { out: "", err: "" };
  const code = await runCommand(args, {
    out: (text) => said.out += text + "\n",
    err: (text) => said.err += text + "\n",
    open: () =>
      Promise.resolve({
        services: running.services,
        close: () => Promise.resolve(),
      }),
  });
  return { code, ...said };
}

/** The same under `--json`, read. */
export async function commandJson(
  running: Pick<Program, "services">,
  ...args: string[]
): Promise<Record<string, unknown> & { code: ExitCode }> {
  const { code, out } = await command(running, ...args, "--json");
  return { code, ...JSON.parse(out) };
}
