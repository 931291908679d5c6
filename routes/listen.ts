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
  const sockets = new Map<Socket, IncomingMessage | undefined>();

  function cut(socket: Socket, answer: string, code: string) {
    logOnceASecond(log, "info", "connection_cut", {
      code,
      address: socket.remoteAddress,
    });
    if (socket.writable) socket.write(answer);
    socket.destroy();
  }

  server.on("connection", (socket: Socket) => {
    sockets.set(socket, undefined);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("clientError", (error: Error & { code?: string }, socket) => {
    const code = error.code ?? error.name;
    cut(socket as Socket, ANSWERS[code] ?? MALFORMED, code);
  });
  server.on(
    "request",
    (incoming: IncomingMessage, outgoing: ServerResponse) => {
      const { socket } = incoming;
      sockets.set(socket, incoming);
      outgoing.once("close", () => {
        if (sockets.has(socket)) sockets.set(socket, undefined);
      });
      if (hosts(incoming) > 1) { // RFC 9112, 3.2
        return cut(socket, MALFORMED, "SEVERAL_HOSTS");
      }
      if (hasBody(incoming)) {
        const seconds = deadlines.body(incoming.url?.split("?")[0] ?? "");
        const timer = setTimeout(
          () => cut(socket, SLOW, "BODY_TIMEOUT"),
          seconds * 1000,
        );
        incoming.once("close", () => clearTimeout(timer));
        incoming.once("end", () => clearTimeout(timer));
      }
      answer(incoming, outgoing);
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, resolve);
  });

  return {
    address: server.address() as AddressInfo,
    async close(graceMs) {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const [socket, incoming] of sockets) {
        if (!incoming?.complete) socket.destroy();
      }
      const timer = setTimeout(() => {
        for (const socket of sockets.keys()) socket.destroy();
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
