import { DataDirError } from "../db/embedded.ts";
import { SettingError } from "./config.ts";
import { isOutage } from "./outage.ts";

/** Why the program can't run, for people who can do something about it; undefined for a bug. */
export function explainStartFailure(error: unknown): string | undefined {
  if (error instanceof SettingError || error instanceof DataDirError) {
    return error.message;
  }
  if (isOutage(error)) return "the database of DATABASE_URL doesn't answer";
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" && /^(28|3D)\w{3}$/.test(code)
    ? `the database of DATABASE_URL doesn't let it in (${code})`
    : undefined;
}
