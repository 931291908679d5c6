import ipaddr from "ipaddr.js";
import { ok, refuse, type Result } from "./result.ts";

/** What an entry of `WEBHOOK_TARGETS` opens: a host by its name, or addresses; any port where it names none. */
type Target =
  & { port: number | undefined }
  & ({ name: string } | { range: readonly [Address, number] });

type Address = ReturnType<typeof ipaddr.process>;

const HTTPS_PORT = 443;
const LONGEST_URL = 500;
const NAME = /^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;

/** @throws {Error} an entry that is neither a host nor an address nor a CIDR range */
export function parseTarget(text: string): Target {
  const [, host = "", port] = text.match(/^(\[.+\]|[^:[\]]+)(?::(\d+))?$/) ??
    ["", text];
  const at = port === undefined ? undefined : Number(port);
  if (at !== undefined && (at < 1 || at > 65_535)) throw new Error(text);
  const bare = host.replace(/^\[|\]$/g, "");
  if (bare.includes("/")) {
    const [network, bits] = ipaddr.parseCIDR(bare);
    if (bits === 0) throw new Error(text);
    return { port: at, range: [network, bits] };
  }
  if (ipaddr.isValid(bare)) {
    const address = ipaddr.process(bare);
    return {
      port: at,
      range: [address, address.kind() === "ipv4" ? 32 : 128],
    };
  }
  const name = host.toLowerCase();
  if (!NAME.test(name)) throw new Error(text);
  return { port: at, name };
}

export type JudgeTargetFailure =
  | { reason: "malformed" }
  | { reason: "not_https" }
  | { reason: "not_listed"; host: string };

/** Whether a webhook may go there at all; whether its addresses may be reached is asked as it is sent. */
export function judgeTarget(
  targets: readonly string[],
  text: string,
): Result<URL, JudgeTargetFailure> {
  const url = URL.parse(text);
  if (!url || url.username || url.password || text.length > LONGEST_URL) {
    return refuse({ reason: "malformed" });
  }
  if (url.protocol !== "https:") return refuse({ reason: "not_https" });
  const host = hostOf(url);
  const listed = targets.map(parseTarget).some((it) =>
    opensPort(it, portOf(url)) &&
    ("name" in it ? matchesName(it.name, host) : matchesRange(it.range, host))
  );
  url.hash = "";
  return listed ? ok(url) : refuse({ reason: "not_listed", host: url.host });
}

/**
 * May a connection go to this address? Public ones may, since the host is listed; any other only where the
 * list has it (OWASP SSRF Prevention Cheat Sheet).
 */
export function mayConnect(
  targets: readonly string[],
  { address, port }: { address: string; port: number },
): boolean {
  return isPublic(address) ||
    targets.map(parseTarget).some((it) =>
      "range" in it && opensPort(it, port) && matchesRange(it.range, address)
    );
}

/** Without the brackets that an IPv6 address has in a URL. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

export function portOf({ port }: URL): number {
  return Number(port) || HTTPS_PORT;
}

function opensPort(target: Target, port: number) {
  return target.port === undefined || target.port === port;
}

function matchesName(name: string, host: string) {
  return name.startsWith("*.") ? host.endsWith(name.slice(1)) : host === name;
}

function matchesRange(
  [network, bits]: readonly [Address, number],
  host: string,
) {
  if (!ipaddr.isValid(host)) return false;
  const address = ipaddr.process(host);
  return address.kind() === network.kind() && address.match(network, bits);
}

/** Global unicast. Of IPv6 that is 2000::/3 (RFC 4291), less what only wraps an IPv4 address or is set aside. */
function isPublic(text: string) {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  return address.range() === "unicast" &&
    (address.kind() === "ipv4" || matchesRange(GLOBAL_IPV6, text));
}

const GLOBAL_IPV6 = ipaddr.parseCIDR("2000::/3");
