import assert from "node:assert/strict";
import { createWebhookTransport } from "../../services/webhook_transport.ts";
import { CA, receiver } from "../support/webhooks.ts";

const SENT = { headers: { "webhook-id": "1" }, body: '{"a":"ü"}' };

function transport(
  targets: string[],
  options: Parameters<typeof createWebhookTransport>[1] = {},
) {
  return createWebhookTransport({ WEBHOOK_TARGETS: targets }, {
    ca: CA,
    ...options,
  });
}

const answering = (...addresses: string[]) => {
  const asked: string[] = [];
  return {
    asked,
    resolve: (host: string) => {
      asked.push(host);
      return Promise.resolve(
        addresses.map((address) => ({
          address,
          family: address.includes(":") ? 6 : 4,
        })),
      );
    },
  };
};

Deno.test("the answer is kept, and of a long one the beginning, in plain text", async () => {
  const there = await receiver((response) => {
    response.statusCode = 201;
    response.end(`fine\r\n\0\x1b[31m ${"x".repeat(100_000)}`);
  });
  const { status, answer } = await transport(["127.0.0.1"])
    .post({ url: there.url, ...SENT });
  await there.close();
  assert.equal(status, 201);
  assert.match(answer, /^fine \[31m x+$/);
  assert.ok(answer.length <= 300);
  assert.equal(there.received[0]!.body, SENT.body);
  assert.equal(there.received[0]!.headers["webhook-id"], "1");
});

Deno.test("a redirect is an answer and is not followed", async () => {
  const elsewhere = await receiver();
  const there = await receiver((response) => {
    response.writeHead(307, { location: elsewhere.url });
    response.end();
  });
  const { status } = await transport(["127.0.0.1"])
    .post({ url: there.url, ...SENT });
  await there.close();
  await elsewhere.close();
  assert.equal(status, 307);
  assert.equal(elsewhere.received.length, 0);
});

for (
  const [what, answer] of [
    ["says nothing", () => {}],
    ["never ends its answer", (response: { write(it: string): void }) => {
      response.write("slow");
    }],
  ] as const
) {
  Deno.test(`a receiver that ${what} is given up in time`, async () => {
    const there = await receiver(answer);
    await assert.rejects(
      transport(["127.0.0.1"], { timeoutMs: 300 })
        .post({ url: there.url, ...SENT }),
      { name: "WebhookTroubleError", message: "no answer within 0.3 seconds" },
    );
    await there.close();
  });
}

Deno.test("a name server that says nothing is given up in time", async () => {
  await assert.rejects(
    transport(["hooks.test"], {
      timeoutMs: 200,
      resolve: () => Promise.withResolvers<never>().promise,
    }).post({ url: "https://hooks.test/", ...SENT }),
    /no answer within/,
  );
});

Deno.test("a host that the list does not have, or not any more, is not asked", async () => {
  const there = await receiver();
  for (
    const [url, targets] of [
      [there.url, []],
      [there.url, ["hooks.test"]],
      [there.url, ["127.0.0.1:1"]],
      [there.url.replace("https", "http"), ["127.0.0.1"]],
    ] as const
  ) {
    await assert.rejects(
      transport([...targets]).post({ url, ...SENT }),
      /WEBHOOK_TARGETS does not list this URL/,
    );
  }
  await there.close();
  assert.equal(there.received.length, 0);
});

Deno.test("a listed name that leads to a private address is refused, with whatever else it leads to (ASVS 1.3.6)", async () => {
  const there = await receiver();
  const url = `https://localhost:${there.port}/`;
  await assert.rejects(
    transport(["localhost"]).post({ url, ...SENT }), // by the real look-up
    /is not a public address, and WEBHOOK_TARGETS does not list it/,
  );
  for (
    const found of [["169.254.169.254"], ["93.184.215.14", "127.0.0.1"], [
      "::1",
    ]]
  ) {
    await assert.rejects(
      transport(["localhost"], answering(...found)).post({ url, ...SENT }),
      /is not a public address/,
    );
  }
  const listed = await transport(["localhost", "127.0.0.1", "::1"])
    .post({ url, ...SENT });
  await there.close();
  assert.equal(listed.status, 200);
  assert.equal(there.received.length, 1);
});

Deno.test("the connection goes to the address that was judged: the name is looked up once", async () => {
  const there = await receiver();
  const names = answering("127.0.0.9", "127.0.0.1"); // nobody listens at the first
  const { status } = await transport(["hooks.test", "127.0.0.0/8"], names)
    .post({ url: `https://hooks.test:${there.port}/`, ...SENT });
  await there.close();
  assert.equal(status, 200);
  assert.deepEqual(names.asked, ["hooks.test"]);
  assert.equal(
    there.received[0]!.headers.host,
    `hooks.test:${there.port}`,
    "no name server knows this one",
  );
});

Deno.test("a certificate must be somebody's who is trusted, and the host's (ASVS 12.3.2)", async () => {
  const there = await receiver();
  await assert.rejects(
    createWebhookTransport({ WEBHOOK_TARGETS: ["127.0.0.1"] })
      .post({ url: there.url, ...SENT }),
    /certificate/i,
  );
  await assert.rejects(
    transport(["other.test", "127.0.0.1"], answering("127.0.0.1"))
      .post({ url: `https://other.test:${there.port}/`, ...SENT }),
    /ALTNAME/,
  );
  // An address too must be in the certificate.
  const nameless = await receiver(undefined, "127.0.0.2");
  await assert.rejects(
    transport(["127.0.0.2"]).post({ url: nameless.url, ...SENT }),
    /ALTNAME/,
  );
  await nameless.close();
  await there.close();
  assert.equal(there.received.length, 0);
});

Deno.test("nobody listening is said, and no part of the address beyond the host", async () => {
  const there = await receiver();
  await there.close();
  await assert.rejects(
    transport(["127.0.0.1"]).post({ url: `${there.url}/marker`, ...SENT }),
    (error) =>
      error instanceof Error && /ECONNREFUSED/.test(error.message) &&
      !error.message.includes("marker"),
  );
});
