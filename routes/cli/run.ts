import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import type { Services } from "../../services/context.ts";
import { describeError } from "../../services/log.ts";
import { operatorContext } from "../../services/operator.ts";
import { explainStartFailure } from "../../services/start_failure.ts";
import {
  type Command,
  done,
  EXIT,
  type ExitCode,
  failed,
  type Given,
  type Outcome,
  WrongUseError,
} from "./command.ts";
import { COMMANDS, helpLines, usage } from "./commands.ts";

export interface Terminal {
  /** Standard output: the answer. */
  out(text: string): void;
  /** Standard error: everything else. */
  err(text: string): void;
  /** Opens the database; called where the command needs it. */
  open(): Promise<{ services: Services; close(): Promise<void> }>;
}

/** Runs one command of `deno task admin`; the value is its exit code. */
export async function runCommand(
  args: string[],
  terminal: Terminal,
): Promise<ExitCode> {
  const outcome = await attempt(args, terminal);
  const { exitCode, lines, json } = outcome;
  if (args.includes("--json")) terminal.out(JSON.stringify(json, null, 2));
  else if (exitCode === EXIT.done) terminal.out(lines.join("\n"));
  else terminal.err(lines.join("\n"));
  return exitCode;
}

async function attempt(args: string[], terminal: Terminal): Promise<Outcome> {
  try {
    const [name = "help", ...rest] = args;
    if (["help", "--help", "-h"].includes(name)) {
      return done(helpLines(), { commands: Object.keys(COMMANDS).map(usage) });
    }
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) {
      throw new WrongUseError(
        `there is no command "${name}"; \`deno task admin help\` lists all`,
      );
    }
    const given = readArgs(name, command, rest);
    return await runOpen(command, terminal, given);
  } catch (error) {
    return explain(error, terminal);
  }
}

async function runOpen(
  command: Command,
  { open, err }: Terminal,
  given: Omit<Given, "progress">,
): Promise<Outcome> {
  const { services, close } = await open();
  try {
    const context = operatorContext(services);
    return await command.run(context, { ...given, progress: err });
  } finally {
    await close();
  }
}

function readArgs(
  name: string,
  { operands = [], options = {} }: Command,
  args: string[],
) {
  const config: ParseArgsOptionsConfig = { json: { type: "boolean" } };
  for (const [option, { value }] of Object.entries(options)) {
    config[option] = { type: value === null ? "boolean" : "string" };
  }
  const { values, positionals } = parse(name, args, config);
  if (positionals.length !== operands.length) {
    throw wrongUse(name, `it takes ${operands.join(" ") || "no operand"}`);
  }
  for (const [option, { value, required }] of Object.entries(options)) {
    if (required && values[option] === undefined) {
      throw wrongUse(name, `--${option} ${value} is missing`);
    }
  }
  return {
    operands: positionals,
    options: Object.fromEntries(
      Object.entries(values).map(([option, it]) => [
        option,
        it === true ? "yes" : it as string | undefined,
      ]),
    ),
  };
}

function parse(name: string, args: string[], options: ParseArgsOptionsConfig) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (!code?.startsWith("ERR_PARSE_ARGS")) throw error;
    throw wrongUse(name, message.split(/[.\n]/)[0]!); // the rest is advice of its own
  }
}

function wrongUse(name: string, why: string) {
  return new WrongUseError(`${why}. Use: deno task admin ${usage(name)}`);
}

function explain(error: unknown, { err }: Terminal): Outcome {
  if (error instanceof WrongUseError) {
    return failed(EXIT.wrongUse, "wrong_use", `Wrong use: ${error.message}`);
  }
  const why = explainStartFailure(error);
  if (why === undefined) err(JSON.stringify(describeError(error)));
  return failed(
    EXIT.cannotRun,
    "cannot_run",
    `It can't run: ${
      why ?? "an unexpected error, described on standard error"
    }`,
  );
}
