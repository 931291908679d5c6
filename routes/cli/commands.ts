import { sealAudit, verifyAudit } from "./audit.ts";
import type { Command } from "./command.ts";
import { endSessions } from "./end_sessions.ts";
import { disable, enable } from "./disablement.ts";
import { createAdministrator, setup } from "./first_administrator.ts";
import { grant, revoke } from "./permissions.ts";
import { resetPassword } from "./reset_password.ts";
import { revokeToken, tokens } from "./tokens.ts";

/** Everything that works without a browser. Whoever can run it is the operator of the machine. */
export const COMMANDS: Record<string, Command> = {
  setup,
  "create-administrator": createAdministrator,
  "reset-password": resetPassword,
  grant,
  revoke,
  disable,
  enable,
  "end-sessions": endSessions,
  tokens,
  "revoke-token": revokeToken,
  "seal-audit": sealAudit,
  "verify-audit": verifyAudit,
};

/** "grant USER PERMISSION [--json]" */
export function usage(name: string): string {
  const { operands = [], options = {} } = COMMANDS[name]!;
  const named = Object.entries(options).map(([option, { value, required }]) => {
    const text = value === null ? `--${option}` : `--${option} ${value}`;
    return required ? text : `[${text}]`;
  });
  return [name, ...operands, ...named, "[--json]"].join(" ");
}

export function helpLines(): string[] {
  return [
    "deno task admin COMMAND …",
    "",
    ...Object.entries(COMMANDS).flatMap(([name, { does }]) => [
      `  ${usage(name)}`,
      `      ${does}`,
    ]),
    "",
    "USER is a username, an email or an id. With --json the answer is one JSON document on standard output.",
    "Ends with 0 done, 1 refused, 2 wrong use, 3 verification failed, 4 it can't run (database away, …).",
  ];
}
