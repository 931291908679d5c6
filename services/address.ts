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
  return lastUntrusted({ connection, forwardedFor, trusted }).address;
}

/** The client, and how many trusted proxies lie between it and the one that connects to us. */
function lastUntrusted({ connection, forwardedFor, trusted }: {
  connection: string;
  forwardedFor: string | undefined;
  trusted: readonly string[];
}): { address: string; proxies: number } {
  const hops = items(forwardedFor);
  let address = canonical(connection) ?? connection;
  let passed = 0;
  while (hops.length > 0 && isTrusted(address, trusted)) {
    const hop = canonical(withoutPort(hops.pop()!));
    if (hop === undefined) break;
    address = hop;
    passed += 1;
  }
  return { address, proxies: Math.max(0, passed - 1) };
}

const items = (list: string | undefined) =>
  list?.split(",").map((it) => it.trim()) ?? [];

/** A network that counts as one place, and how many times as much it may do as the narrowest. */
export interface Place {
  name: string;
  times: number;
}

/**
 * The networks that an address lies in, the narrowest first. A subscriber of IPv6 has a /64 at least, a household
 * often a /56, a company a /48 (RFC 6177): whoever has one could otherwise count as thousands. An
 * IPv4 address is one place, and so is the /24 around it.
 */
export function placesOf(address: string): Place[] {
  if (!ipaddr.isValid(address)) return [{ name: address, times: 1 }];
  const parsed = ipaddr.process(address);
  const text = parsed.toString();
  if (parsed.kind() === "ipv4") {
    const network = ipaddr.IPv4.networkAddressFromCIDR(`${text}/24`);
    return [{ name: text, times: 1 }, { name: `${network}/24`, times: 2 }];
  }
  const widths = [[64, 1], [56, 1.5], [48, 2]] as const;
  return widths.map(([bits, times]) => {
    const network = ipaddr.IPv6.networkAddressFromCIDR(`${text}/${bits}`);
    return { name: `${network}/${bits}`, times };
  });
}

/** The narrowest of them: an IPv4 address, or a /64. */
export function rateAddress(address: string): string {
  return placesOf(address)[0]!.name;
}

/** What counts as one in a waiting line: an IPv4 address, or the /56 of a household. */
export function turnPlace(address: string): string {
  const [narrowest, household] = placesOf(address);
  return household?.name.endsWith("/56") ? household.name : narrowest!.name;
}

/** @throws {Error} a setting that is neither an address nor a CIDR range */
export function checkRanges(ranges: readonly string[]) {
  for (const range of ranges) parseRange(range);
}

/**
 * Whether a request reached us, or the outermost trusted proxy, without encryption. The proxies say so in
 * X-Forwarded-Proto, each behind what it was told itself, and only "https" is encrypted. How trusted proxies speak
 * among themselves doesn't count; what a client or a proxy further out says counts only against it. What came past
 * all of them came by plain http, which is all that the program itself speaks. Where no proxy is named, or the
 * proxy says nothing, nobody can tell, and it counts as encrypted.
 */
export function cameByPlainHttp(
  { connection, forwardedFor, forwardedProto, trusted }: {
    connection: string;
    forwardedFor: string | undefined;
    forwardedProto: string | undefined;
    trusted: readonly string[];
  },
): boolean {
  if (trusted.length === 0) return false;
  if (!isTrusted(connection, trusted)) return true;
  const { proxies } = lastUntrusted({ connection, forwardedFor, trusted });
  const told = items(forwardedProto);
  // A proxy that hands on what it was told adds nothing to the list.
  return told.slice(0, Math.max(1, told.length - proxies))
    .some((it) => it.toLowerCase() !== "https");
}

/** Some proxies add the client's port, and brackets around IPv6 (RFC 7239, 6). */
function withoutPort(hop: string) {
  const [, v4, v6] =
    hop.match(/^(?:([\d.]+):\d{1,5}|\[([^\]]*)\](?::\d{1,5})?)$/) ?? [];
  return v4 ?? v6 ?? hop;
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
