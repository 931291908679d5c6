import assert from "node:assert/strict";
import { listen } from "../../routes/listen.ts";

const HEAD = "POST /sign-in HTTP/1.1\r\nHost: localhost\r\n";
const HIDDEN = "GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n";

/** Requests whose end two readers could see in different places. */
const AMBIGUOUS: Record<string, string> = {
  "a length and chunks":
    `${HEAD}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  "two lengths":
    `${HEAD}Content-Length: 0\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  "an unknown transfer coding":
    `${HEAD}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  "a length that is no number": `${HEAD}Content-Length: +5\r\n\r\n${HIDDEN}`,
  "a header field with a blank before the colon":
    `${HEAD}Content-Length : 5\r\n\r\n${HIDDEN}`,
};

for (const [name, text] of Object.entries(AMBIGUOUS)) {
  Deno.test(`nothing is read behind ${name} (ASVS 4.2.1)`, async () => {
    const seen: string[] = [];
    const server = await listen(
      async (request) => {
        seen.push(new URL(request.url).pathname);
        await request.text().catch(() => {});
        return new Response("read");
      },
      {
        hostname: "127.0.0.1",
        port: 0,
        deadlines: { header: 5, body: () => 5, idle: 5, silent: 5 },
        log: () => {},
      },
    );
    const connection = await Deno.connect({
      hostname: "127.0.0.1",
      port: server.address.port,
    });
    await connection.write(new TextEncoder().encode(text));
    await connection.closeWrite();
    const answer = await new Response(connection.readable).text()
      .catch(() => "");
    assert.ok(!seen.includes("/hidden"), answer);
    await server.close(1_000);
  });
}
