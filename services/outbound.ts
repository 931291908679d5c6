import type { Settings } from "./config.ts";

/**
 * Where this program listens and connects to, as `host:port` (ASVS 13.2.4); undefined where that can't be listed: a
 * webhook goes to the addresses that its host has at that moment, and the program judges those itself.
 */
export function listConnections(settings: Settings): string[] | undefined {
  if (settings.WEBHOOK_TARGETS.length > 0) return undefined;
  return [
    `${settings.LISTEN_HOST}:${settings.LISTEN_PORT}`,
    ...[settings.DATABASE_URL, settings.DATABASE_OWNER_URL]
      .filter((it) => it !== undefined).map((it) => hostAndPort(it, 5432)),
    ...(settings.SMTP_URL
      ? [hostAndPort(
        settings.SMTP_URL,
        settings.SMTP_URL.startsWith("smtps:") ? 465 : 587,
      )]
      : []),
    ...(settings.BREACH_CORPUS === "hibp"
      ? ["api.pwnedpasswords.com:443"]
      : []),
  ];
}

/** The permission for Deno that allows these connections and no others. */
export function networkFlag(settings: Settings): string {
  const connections = listConnections(settings);
  return connections
    ? `--allow-net=${[...new Set(connections)].join(",")}`
    : "--allow-net";
}

function hostAndPort(text: string, usual: number) {
  const { hostname, port } = new URL(text);
  return `${hostname}:${port || usual}`;
}
