import type postgres from "postgres";

/** How the server's certificate is verified (ASVS 12.3.2): by this CA's certificate, or by the usual ones. */
export interface Tls {
  ca?: string | undefined;
}

/** What each connection to PostgreSQL is opened with. */
export function connectionOptions(
  url: string,
  { connectTimeoutSeconds, tls }: {
    connectTimeoutSeconds: number;
    tls?: Tls | undefined;
  },
): postgres.Options<Record<string, never>> {
  return {
    connect_timeout: connectTimeoutSeconds,
    // Said in any case: an `sslmode` in the address could ask for less.
    ssl: tls ? verified(url, tls) : false,
    onnotice: () => {},
    // Only arrays need it, and we read none. A connection that the server ends while it is asked
    // rejects a promise that nobody holds, which would end the process.
    fetch_types: false,
  };
}

/** postgres.js hands a name on and no address, for which node:tls would then take a certificate of localhost. */
function verified(url: string, { ca }: Tls) {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  return { rejectUnauthorized: true, host, ...(ca !== undefined && { ca }) };
}
