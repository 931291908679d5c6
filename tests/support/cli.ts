import assert from "node:assert/strict";
import { sql } from "drizzle-orm";
import { type Database, rows } from "../../db/client.ts";
import type { ExitCode } from "../../routes/cli/command.ts";
import { runCommand } from "../../routes/cli/run.ts";
import { browser, ORIGIN, type Program } from "./app.ts";

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

export const NEW_PASSWORD = "nineteen herons on a wire";

/** The path of a link of ours. */
export function pathOf(url: unknown): string {
  assert.ok(typeof url === "string" && url.startsWith(`${ORIGIN}/`));
  return url.slice(ORIGIN.length);
}

/** Sets a password by a printed link, as its user does. */
export async function follow(running: Program, url: unknown) {
  const visitor = browser(running);
  await visitor.get(pathOf(url));
  return await visitor.post("/password-reset", { newPassword: NEW_PASSWORD });
}

/** Does the link show a form for a new password? */
export async function isOpen(running: Program, path: string) {
  const visitor = browser(running);
  await visitor.get(path);
  const page = await (await visitor.get("/password-reset")).text();
  return page.includes('name="newPassword"');
}

/** Nobody holds anything any more. */
export async function noAdministrator(db: Database) {
  await db.execute(sql`delete from permissions`);
}

/** The event of the last command that has none of its own. */
export async function lastCommand(db: Database) {
  const [event] = await rows<Record<string, unknown>>(
    db,
    sql`select actor_id, address, detail from audit_events where event = 'command_run' order by id desc limit 1`,
  );
  return event;
}
