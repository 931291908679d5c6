import assert from "node:assert/strict";
import { readSettings, SettingError } from "../../services/config.ts";
import { createServices } from "../../services/program.ts";
import {
  judgeTarget,
  mayConnect,
  parseTarget,
} from "../../services/webhook_targets.ts";

const LIST = [
  "hooks.example.org",
  "*.example.net",
  "ports.example.org:8443",
  "10.1.2.0/24",
  "127.0.0.1:9443",
  "[fd00::1]:9443",
  "2001:db8:7::/48",
];

function judged(url: string, list = LIST) {
  const result = judgeTarget(list, url);
  return result.ok ? "open" : result.failure.reason;
}

Deno.test("a webhook goes by https to what the list names and nowhere else (ASVS 1.3.6)", () => {
  const expected: Record<string, string> = {
    "https://hooks.example.org/a?b=c": "open",
    "https://HOOKS.example.org:8443/": "open",
    "https://a.b.example.net/": "open",
    "https://ports.example.org:8443/": "open",
    "https://10.1.2.200/": "open",
    "https://127.0.0.1:9443/": "open",
    "https://0x7f.1:9443/": "open", // the same address
    "https://[fd00::1]:9443/": "open",
    "https://[2001:db8:7::9]/": "open",
    "http://hooks.example.org/": "not_https",
    "ftp://hooks.example.org/": "not_https",
    "file:///etc/passwd": "not_https",
    "https://example.net/": "not_listed",
    "https://evilexample.net/": "not_listed",
    "https://hooks.example.org.evil.test/": "not_listed",
    "https://hooks.example.org./": "not_listed",
    "https://ports.example.org/": "not_listed",
    "https://10.1.3.1/": "not_listed",
    "https://127.0.0.1/": "not_listed",
    "https://169.254.169.254/latest/": "not_listed",
    "https://localhost/": "not_listed",
    "https://hooks.example.org@evil.test/": "malformed",
    "https://user:password@hooks.example.org/": "malformed",
    "hooks.example.org": "malformed",
    "": "malformed",
    [`https://hooks.example.org/${"a".repeat(500)}`]: "malformed",
  };
  const found = Object.fromEntries(
    Object.keys(expected).map((it) => [it, judged(it)]),
  );
  assert.deepEqual(found, expected);
  assert.equal(judged("https://hooks.example.org/", []), "not_listed");
});

Deno.test("what is not public is reached only where the list has its address", () => {
  const at = (address: string, port = 443) =>
    mayConnect(LIST, { address, port });
  for (
    const open of [
      "93.184.215.14",
      "2606:4700::1111",
      "10.1.2.3",
      "2001:db8:7::1",
    ]
  ) assert.ok(at(open), open);
  assert.ok(at("127.0.0.1", 9443));
  assert.ok(at("::ffff:127.0.0.1", 9443));
  const shut = [
    ["0.0.0.0", "10.1.3.1", "100.64.0.1", "127.0.0.1", "127.0.0.2"],
    ["169.254.169.254", "172.16.0.1", "192.168.0.1", "198.18.0.1"],
    ["224.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1"],
    ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1"],
    ["2002:7f00:1::", "2001:0:7f00::1", "fd00::1", "fe80::1", "fec0::1"],
    ["ff02::1", "2001:db8::1", "nonsense", ""],
  ].flat();
  for (const it of shut) assert.ok(!at(it), it);
});

Deno.test("an entry that opens nothing or everything stops the start with one line", () => {
  for (
    const wrong of [
      "*",
      "0.0.0.0/0",
      "::/0",
      "https://hooks.example.org",
      "a b",
      "hooks.example.org:0",
      "hooks.example.org:99999",
      "*.*.org",
      "10.1.2.3/40",
      "hooks.example.org/path",
    ]
  ) {
    assert.throws(() => parseTarget(wrong), Error, wrong);
    assert.throws(
      () =>
        createServices(
          readSettings({ WEBHOOK_TARGETS: `hooks.example.org,${wrong}` }),
          undefined as never,
          [],
        ),
      (error) =>
        error instanceof SettingError &&
        error.message.startsWith("WEBHOOK_TARGETS:") &&
        !error.message.includes("\n"),
      wrong,
    );
  }
});
