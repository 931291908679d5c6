import ipaddr from "ipaddr.js";

/**
 * The client's address: the connection's, or the right-most one in X-Forwarded-For that is not a trusted
 * proxy, and only where the connection itself comes from one (ASVS 4.1.3, 15.3.4).
 *
 * @param trusted addresses and CIDR ranges
 */
export function clientAddress(
  { connection, forwardedFor, trusted }: {
    connection: string;
    forwardedFor: string | undefined;
    trusted: readonly string[];
  },
): string {
  const hops = (forwardedFor?.split(",") ?? []).map((it) => it.trim());
  let address = canonical(connection) ?? connection;
  while (hops.length > 0 && isTrusted(address, trusted)) {
    const hop = canonical(hops.pop()!);
    if (hop === undefined) break;
    address = hop;
  }
  return address;
}

/** What a limit counts as one place: an IPv4 address, or the /64 that one IPv6 subscriber has. */
export function rateAddress(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/64`)
    .toString() + "/64";
}

/** @throws {Error} a setting that is neither an address nor a CIDR range */
export function checkRanges(ranges: readonly string[]) {
  for (const range of ranges) parseRange(range);
}

function canonical(text: string) {
  return ipaddr.isValid(text) ? ipaddr.process(text).toString() : undefined;
}

function isTrusted(address: string, trusted: readonly string[]) {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return trusted.some((range) => {
    const [network, bits] = parseRange(range);
    return network.kind() === parsed.kind() && parsed.match(network, bits);
  });
}

function parseRange(range: string) {
  if (range.includes("/")) return ipaddr.parseCIDR(range);
  const address = ipaddr.process(range);
  return [address, address.kind() === "ipv4" ? 32 : 128] as const;
}
