import type { PostgresSettings } from "../db/client.ts";
import type { Tls } from "../db/tls.ts";
import { valueFields } from "./search_fields.ts";
import { SettingError, type Settings } from "./config.ts";

/**
 * How PostgreSQL is reached; undefined where the settings name none.
 *
 * @throws {SettingError} an address that could be read as another machine's, or a file that can't be read
 */
export function postgresSettings(
  settings: Settings,
): PostgresSettings | undefined {
  const { DATABASE_URL: url, DATABASE_OWNER_URL: ownerUrl } = settings;
  if (url === undefined) return undefined;
  checkHost("DATABASE_URL", url);
  if (ownerUrl !== undefined) checkHost("DATABASE_OWNER_URL", ownerUrl);
  return {
    url,
    ownerUrl,
    poolSize: settings.DATABASE_POOL_SIZE,
    connectTimeoutSeconds: settings.DATABASE_CONNECT_TIMEOUT_SECONDS,
    statementTimeoutMs: settings.DATABASE_STATEMENT_TIMEOUT_MS,
    prepare: settings.DATABASE_PREPARE === "on",
    searchValues: valueFields(settings),
    tls: tlsOf(settings, [url, ownerUrl ?? url]),
  };
}

/** Verified TLS to any other machine, unless the settings say otherwise (ASVS 12.3.1, 12.3.2). */
function tlsOf(settings: Settings, urls: string[]): Tls | undefined {
  const usual = urls.every(isThisMachine) ? "off" : "required";
  if ((settings.DATABASE_TLS ?? usual) === "off") return undefined;
  const { DATABASE_CA: file } = settings;
  if (file === undefined) return {};
  try {
    return { ca: Deno.readTextFileSync(file) };
  } catch (error) {
    throw new SettingError(
      `DATABASE_CA: "${file}" can't be read (${(error as Error).name})`,
    );
  }
}

function isThisMachine(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" ||
    /^127(\.\d{1,3}){3}$/.test(hostname);
}

const HOST = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])$/i;

/** Refuses what two readers could understand differently: TLS is decided by the host. */
function checkHost(name: string, url: string) {
  const { hostname, searchParams } = new URL(url);
  const [authority = ""] = url.replace(/^[^/]*\/\//, "").split(/[/?#]/);
  if (
    !HOST.test(hostname) || searchParams.has("host") ||
    authority.split("@").length > 2
  ) {
    throw new SettingError(
      `${name}: name one host, as in postgres://passdesk@db.example.org:5432/passdesk; "?host=" and sockets are not read, and "@" in a password is written %40`,
    );
  }
}
