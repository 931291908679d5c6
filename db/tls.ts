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
    ...address(url),
    connect_timeout: connectTimeoutSeconds,
    // Said in any case: an `sslmode` in the address could ask for less.
    ssl: tls ? verified(hostOf(url), tls) : false,
    onnotice: () => {},
    // Only arrays need it, and we read none. A connection that the server ends while it is asked
    // rejects a promise that nobody holds, which would end the process.
    fetch_types: false,
  };
}

/**
 * Said in any case: postgres.js reads an address in a way of its own, and could reach another machine than was judged. It
 * takes lists, which its types don't know, and divides texts at each ":", also of IPv6.
 */
function address(url: string) {
  const { port } = new URL(url);
  const one = { host: [hostOf(url)], port: [Number(port || 5432)] };
  return one as unknown as { host: string; port: number };
}

function hostOf(url: string) {
  return new URL(url).hostname.replace(/^\[|\]$/g, "");
}

/** postgres.js hands a name on and no address, for which node:tls would then take a certificate of localhost. */
function verified(host: string, { ca }: Tls) {
  return { rejectUnauthorized: true, host, ...(ca !== undefined && { ca }) };
}
