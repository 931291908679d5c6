import { getRequestListener } from "@hono/node-server";
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { logOnceASecond } from "../services/failure_log.ts";
import type { Settings } from "../services/config.ts";
import type { Log } from "../services/log.ts";
import type { AppEnv } from "./env.ts";
import { requestSeconds } from "./frame.ts";
import { createTurns, type Exchange } from "./request_turns.ts";

/** Seconds after which a connection is cut: nothing else ends one whose client is slow, or says no more. */
export interface ConnectionDeadlines {
  /** For the whole header, from the connection or the last answer's end on. */
  header: number;
  /** For the whole body, from the header on. */
  body: (path: string) => number;
  /** Without another request (RFC 9112, 9.3). */
  idle: number;
  /** Without a byte in either direction; longer than any answer takes. */
  silent: number;
}

/** Seconds from the last answer's end, or the connection, until the header of a request has to be there. */
const HEADER_SECONDS = 10;

export function connectionDeadlines(settings: Settings): ConnectionDeadlines {
  const idle = settings.IDLE_CONNECTION_SECONDS;
  return {
    header: HEADER_SECONDS,
    body: (path) => requestSeconds(settings, path),
    idle,
    silent: Math.max(idle, settings.REQUEST_TIMEOUT_SECONDS) + 15,
  };
}

export interface Listener {
  address: AddressInfo;
  /** Takes no more requests, cuts what is half sent, and the rest where it isn't answered within `graceMs`. */
  close(graceMs: number): Promise<void>;
}

type Fetch = (
  request: Request,
  bindings: AppEnv["Bindings"],
) => Response | Promise<Response>;

const SLOW = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n";
const MALFORMED = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
const TOO_LARGE =
  "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n";

/** What is answered to a client that node:http gives up on, by its code. */
const ANSWERS: Record<string, string> = {
  ERR_HTTP_REQUEST_TIMEOUT: SLOW,
  HPE_HEADER_OVERFLOW: TOO_LARGE,
};

/**
 * Serves HTTP by node:http and not by Deno.serve, which knows no deadline before a request or after it. What a
 * client does wrong is a line of level info.
 */
export async function listen(
  fetch: Fetch,
  { hostname, port, deadlines, log }: {
    hostname: string;
    port: number;
    deadlines: ConnectionDeadlines;
    log: Log;
  },
): Promise<Listener> {
  const answer = getRequestListener(
    (request, { incoming }) =>
      fetch(request, {
        address: incoming.socket.remoteAddress ?? "unknown",
        isCut: () => incoming.destroyed && !incoming.complete,
        cut: () => incoming.socket.destroy(),
      }),
    // A probe by HTTP/1.0 names no host.
    { overrideGlobalObjects: false, hostname: "none.invalid" },
  );
  const server = createServer({
    headersTimeout: deadlines.header * 1000,
    requestTimeout: 0, // the body's deadline depends on its path
    keepAliveTimeout: deadlines.idle * 1000,
    connectionsCheckingInterval: Math.min(1, deadlines.header / 4) * 1000,
  });
  server.timeout = deadlines.silent * 1000;
  // By default those behind the 1,000th are left out, among them what a proxy adds; 16 KB bound them anyway.
  server.maxHeadersCount = 0;
  const turns = createTurns({
    start,
    cut: (socket) => cut(socket, undefined, "TOO_MANY_UNANSWERED"),
  });

  /** @param answer none where the client would take it for a part of another one */
  function cut(socket: Socket, answer: string | undefined, code: string) {
    logOnceASecond(log, "info", "connection_cut", {
      code,
      address: socket.remoteAddress,
    });
    if (answer !== undefined && socket.writable) socket.write(answer);
    socket.destroy();
  }

  function start({ incoming, outgoing }: Exchange) {
    const { socket } = incoming;
    if (hosts(incoming) > 1) { // RFC 9112, 3.2
      return cut(socket, MALFORMED, "SEVERAL_HOSTS");
    }
    if (hasBody(incoming)) {
      const seconds = deadlines.body(incoming.url?.split("?")[0] ?? "");
      const timer = setTimeout(
        () =>
          cut(socket, outgoing.headersSent ? undefined : SLOW, "BODY_TIMEOUT"),
        seconds * 1000,
      );
      incoming.once("close", () => clearTimeout(timer));
      incoming.once("end", () => clearTimeout(timer));
    }
    answer(incoming, outgoing);
  }

  server.on("connection", (socket: Socket) => turns.open(socket));
  server.on("clientError", (error: Error & { code?: string }, socket) => {
    const code = error.code ?? error.name;
    const [first, ...more] = turns.of(socket as Socket);
    const awaited = more.length === 0 &&
      (!first || !first.incoming.complete && !first.outgoing.headersSent);
    const answer = ANSWERS[code] ?? MALFORMED;
    cut(socket as Socket, awaited ? answer : undefined, code);
  });
  server.on(
    "request",
    (incoming: IncomingMessage, outgoing: ServerResponse) =>
      turns.add({ incoming, outgoing }),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, resolve);
  });

  return {
    address: server.address() as AddressInfo,
    async close(graceMs) {
      const closed = new Promise((resolve) => server.close(resolve));
      turns.close();
      const timer = setTimeout(() => {
        for (const socket of turns.sockets()) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

function hosts({ rawHeaders }: IncomingMessage) {
  return rawHeaders.filter((it, at) =>
    at % 2 === 0 && it.length === 4 && it.toLowerCase() === "host"
  ).length;
}

function hasBody({ headers }: IncomingMessage) {
  return headers["transfer-encoding"] !== undefined ||
    Number(headers["content-length"] ?? 0) > 0;
}
