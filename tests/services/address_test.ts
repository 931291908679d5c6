import assert from "node:assert/strict";
import {
  checkRanges,
  clientAddress,
  placesOf,
  rateAddress,
  turnPlace,
} from "../../services/address.ts";

const address = (
  connection: string,
  forwardedFor: string | undefined,
  trusted: string[],
) => clientAddress({ connection, forwardedFor, trusted });

Deno.test("the right-most address that is no trusted proxy is the client's (ASVS 15.3.4)", () => {
  const proxies = ["10.0.0.0/8", "::1"];
  assert.equal(address("10.0.0.1", "1.1.1.1, 2.2.2.2", proxies), "2.2.2.2");
  assert.equal(
    address("10.0.0.1", "1.1.1.1, 2.2.2.2, 10.9.9.9", proxies),
    "2.2.2.2",
  );
  assert.equal(address("::1", "2001:DB8::0001", proxies), "2001:db8::1");
  assert.equal(address("10.0.0.1", undefined, proxies), "10.0.0.1");
  assert.equal(address("10.0.0.1", "10.0.0.2", proxies), "10.0.0.2");
});

Deno.test("a hop may have a port, and brackets around IPv6 (RFC 7239, 6)", () => {
  for (
    const [hop, read] of [
      ["192.0.2.4:5678", "192.0.2.4"],
      ["[2001:db8::1]:99", "2001:db8::1"],
      ["[2001:DB8::1]", "2001:db8::1"],
      ["[::ffff:192.0.2.4]:1", "192.0.2.4"],
      ["2001:db8::1:99", "2001:db8::1:99"],
      ["192.0.2.4:port", "10.0.0.1"], // nothing to be read: the proxy's
      ["[192.0.2.4", "10.0.0.1"],
    ] as const
  ) {
    assert.equal(address("10.0.0.1", hop, ["10.0.0.0/8"]), read, hop);
  }
  assert.equal(
    address("10.0.0.1", "192.0.2.4:5678, 10.0.0.2:80", ["10.0.0.0/8"]),
    "192.0.2.4",
  );
});

Deno.test("nobody else is believed", () => {
  assert.equal(address("192.0.2.1", "1.1.1.1", ["10.0.0.0/8"]), "192.0.2.1");
  assert.equal(address("192.0.2.1", "1.1.1.1", []), "192.0.2.1");
  assert.equal(
    address("10.0.0.1", "1.1.1.1, garbage", ["10.0.0.0/8"]),
    "10.0.0.1",
  );
});

Deno.test("an IPv4 address inside IPv6 is the IPv4 address", () => {
  assert.equal(address("::ffff:192.0.2.1", undefined, []), "192.0.2.1");
  assert.equal(
    address("::ffff:10.0.0.1", "3.3.3.3", ["10.0.0.0/8"]),
    "3.3.3.3",
  );
});

Deno.test("limits count an IPv6 subscriber's /64 as one place", () => {
  assert.equal(rateAddress("2001:db8:1:2:aaaa::1"), "2001:db8:1:2::/64");
  assert.equal(rateAddress("2001:db8:1:2:bbbb::9"), "2001:db8:1:2::/64");
  assert.notEqual(rateAddress("2001:db8:1:3::1"), "2001:db8:1:2::/64");
  assert.equal(rateAddress("192.0.2.1"), "192.0.2.1");
  assert.equal(rateAddress("unknown"), "unknown");
});

Deno.test("a range that is none is refused", () => {
  checkRanges(["10.0.0.0/8", "::1", "192.0.2.1"]);
  for (const it of ["10.0.0.0/33", "localhost", "1.2.3.4/x"]) {
    assert.throws(() => checkRanges([it]), it);
  }
});

Deno.test("an address lies in ever wider places, which may do ever more, but not as many times more (RFC 6177)", () => {
  const places = (address: string) =>
    placesOf(address).map(({ name, times }) => [name, times]);
  assert.deepEqual(places("2001:db8:1:2ab::1"), [
    ["2001:db8:1:2ab::/64", 1],
    ["2001:db8:1:200::/56", 1.5],
    ["2001:db8:1::/48", 2],
  ]);
  assert.deepEqual(places("192.0.2.77"), [["192.0.2.77", 1], [
    "192.0.2.0/24",
    2,
  ]]);
  assert.deepEqual(places("::ffff:192.0.2.77"), places("192.0.2.77"));
  assert.deepEqual(places("cli"), [["cli", 1]]);
  assert.equal(turnPlace("2001:db8:1:2ab::1"), "2001:db8:1:200::/56");
  assert.equal(turnPlace("192.0.2.77"), "192.0.2.77");
  assert.equal(turnPlace("cli"), "cli");
});
