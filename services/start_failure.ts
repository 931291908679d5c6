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
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code === "string" && CERTIFICATE.test(code)) {
    return `DATABASE_URL: the certificate of the database is not to be trusted (${code}); name its CA in DATABASE_CA`;
  }
  if (/secure TLS connection/.test(String((error as Error)?.message))) {
    return "DATABASE_URL: the database offers no TLS, which DATABASE_TLS asks for";
  }
  if (isOutage(error)) return "the database of DATABASE_URL doesn't answer";
  return typeof code === "string" && /^(28|3D)\w{3}$/.test(code)
    ? `the database of DATABASE_URL doesn't let it in (${code})`
    : undefined;
}
