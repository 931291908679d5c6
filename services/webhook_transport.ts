import { lookup } from "node:dns/promises";
import type { IncomingMessage } from "node:http";
import { request, type RequestOptions } from "node:https";
import type { LookupFunction } from "node:net";
import { isIP } from "node:net";
import { connect } from "node:tls";
import type { Settings } from "./config.ts";
import { hostOf, judgeTarget, mayConnect, portOf } from "./webhook_targets.ts";

export interface WebhookRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface WebhookTransport {
  /**
   * Posts once, and follows nothing. Gives the status and the beginning of what was answered.
   *
   * @throws {WebhookTroubleError} there was no answer, or nothing may be sent there
   */
  post(sent: WebhookRequest): Promise<{ status: number; answer: string }>;
}

export class WebhookTroubleError extends Error {
  override name = "WebhookTroubleError";
}

type Resolve = (host: string) => Promise<{ address: string; family: number }[]>;

export interface TransportOptions {
  timeoutMs?: number;
  /** Beside those that the system trusts, of a certificate authority: PEM. */
  ca?: string;
  resolve?: Resolve;
}

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES = 300;

/**
 * Speaks https with the listed targets alone. A name is looked up once, all its addresses are judged, and the
 * connection goes to one of those: no second look-up could say otherwise (DNS rebinding).
 */
export function createWebhookTransport(
  { WEBHOOK_TARGETS: targets }: Pick<Settings, "WEBHOOK_TARGETS">,
  {
    timeoutMs = TIMEOUT_MS,
    ca,
    resolve = (host) => lookup(host, { all: true }),
  }: TransportOptions = {},
): WebhookTransport {
  return {
    async post({ url: text, headers, body }) {
      const judged = judgeTarget(targets, text);
      if (!judged.ok) throw trouble("WEBHOOK_TARGETS does not list this URL");
      const host = hostOf(judged.value);
      const port = portOf(judged.value);
      if (isIP(host)) refuseAddress(targets, { address: host, port });
      const signal = AbortSignal.timeout(timeoutMs);
      const socket = connect({
        host,
        port,
        lookup: lookupChecked(targets, port, resolve),
        ALPNProtocols: ["http/1.1"],
        ...(isIP(host) === 0 && { servername: host }),
        ...(ca && { ca }),
      });
      try {
        return await send(judged.value, body, {
          headers: { ...headers, "content-length": Buffer.byteLength(body) },
          signal,
          createConnection: () => socket,
        });
      } catch (error) {
        throw signal.aborted
          ? trouble(`no answer within ${timeoutMs / 1000} seconds`)
          : error instanceof WebhookTroubleError
          ? error
          : trouble(said(error));
      } finally {
        socket.destroy();
      }
    },
  };
}

/**
 * On a connection of its own: one that an agent kept would outlive the look-up that it was judged by, and
 * Deno's agent for https asks for the right to read the system's certificates.
 */
function send(url: URL, body: string, options: RequestOptions) {
  const { promise, resolve, reject } = Promise.withResolvers<
    { status: number; answer: string }
  >();
  const sending = request(url, { method: "POST", ...options });
  sending.on("error", reject);
  sending.on("response", (response) => {
    const status = response.statusCode!;
    readBeginning(response).then((answer) => resolve({ status, answer }))
      .catch(reject);
  });
  sending.end(body);
  return promise;
}

/** As plain text of one line. */
async function readBeginning(response: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString("utf8")
    .replaceAll(/[\s\p{C}\uFFFD]+/gu, " ").trim();
}

/** In place of the system's look-up: the same, judged. */
function lookupChecked(
  targets: readonly string[],
  port: number,
  resolve: Resolve,
): LookupFunction {
  return (host, options, callback) => {
    resolve(host).then((found) => {
      for (const { address } of found) {
        refuseAddress(targets, { address, port });
      }
      const [first] = found;
      if (!first) throw trouble(`${host} has no address`);
      if (options.all) callback(null, found);
      else callback(null, first.address, first.family);
    }).catch((error) => callback(error, ""));
  };
}

function refuseAddress(
  targets: readonly string[],
  at: { address: string; port: number },
) {
  if (mayConnect(targets, at)) return;
  throw trouble(
    `${at.address} is not a public address, and WEBHOOK_TARGETS does not list it`,
  );
}

function trouble(text: string) {
  return new WebhookTroubleError(text);
}

function said(error: unknown) {
  const { code, message } = error as { code?: string; message?: string };
  return [code, message].filter(Boolean).join(": ").slice(0, ANSWER_BYTES);
}
