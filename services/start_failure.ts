import { DataDirError } from "../db/embedded.ts";
import { DatabaseUrlError } from "../db/pooling.ts";
import { SettingError } from "./config.ts";
import { isOutage } from "./outage.ts";

/** A setting that can't be worked with, found when it was read or when it was first used. */
export function isWrongSetting(error: unknown): error is Error {
  return [SettingError, DataDirError, DatabaseUrlError]
    .some((it) => error instanceof it);
}

/** What node:tls says of a certificate. */
const CERTIFICATE = /CERT|UNABLE_TO_(GET|VERIFY)|ALTNAME|SELF_SIGNED/;

/** Why the program can't run, for people who can do something about it; undefined for a bug. */
export function explainStartFailure(error: unknown): string | undefined {
  if (isWrongSetting(error)) return error.message;
  const code = codeOf(error);
  if (code !== undefined && CERTIFICATE.test(code)) {
    return `DATABASE_URL: the certificate of the database is not to be trusted (${code}); name its CA in DATABASE_CA`;
  }
  if (/secure TLS connection/.test(String((error as Error)?.message))) {
    return "DATABASE_URL: the database offers no TLS, which DATABASE_TLS asks for";
  }
  if (isOutage(error)) return "the database of DATABASE_URL doesn't answer";
  if (code === undefined) return undefined;
  return EXPLAINED[code] ??
    (/^(28|3D)\w{3}$/.test(code)
      ? `the database of DATABASE_URL doesn't let it in (${code})`
      : undefined);
}

/** What an operator can mend, by the code of PostgreSQL or of the system. */
const EXPLAINED: Record<string, string> = {
  "42501":
    "the role may not do this in the database, whose tables another role owns: name that one in DATABASE_OWNER_URL, or hand the tables over (docs/security.md, The database's roles)",
  "42704":
    "a role is missing in the database: create the one that DATABASE_URL names (docs/security.md, The database's roles)",
  EADDRINUSE:
    "another program listens at LISTEN_HOST and LISTEN_PORT: choose another port, and put it into PUBLIC_URL",
};

/** Drizzle wraps what the database says. */
function codeOf(error: unknown): string | undefined {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === "string") return code;
  return cause === undefined ? undefined : codeOf(cause);
}
