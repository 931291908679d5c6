import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** A request, and what it is answered with. */
export interface Exchange {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
}

/** Unanswered requests of one connection. Browsers and proxies send one at a time. */
const MOST_UNANSWERED = 100;

/**
 * Answers the requests of each connection one after another. node:http would start all that a client pipelines at once and
 * keep their answers until it reads them. It can't be paused either: in Deno `socket.pause()` doesn't keep it from reading.
 */
export function createTurns(
  { start, cut }: {
    start: (exchange: Exchange) => void;
    /** A connection on which too many requests wait. */
    cut: (socket: Socket) => void;
  },
) {
  /** Of each open connection, the request that is being answered and those behind it, of which only the last may be incomplete. */
  const connections = new Map<Socket, Exchange[]>();
  let closing = false;

  function open(socket: Socket) {
    connections.set(socket, []);
    socket.once("close", () => connections.delete(socket));
  }

  function add(exchange: Exchange) {
    const { socket } = exchange.incoming;
    const unanswered = connections.get(socket);
    if (!unanswered || socket.destroyed) return;
    if (unanswered.length === MOST_UNANSWERED) return cut(socket);
    unanswered.push(exchange);
    exchange.outgoing.once("close", () => next(socket));
    if (unanswered.length === 1) start(exchange);
  }

  function next(socket: Socket) {
    const unanswered = connections.get(socket);
    if (!unanswered || socket.destroyed) return;
    unanswered.shift();
    const [exchange] = unanswered;
    if (exchange) start(exchange);
    else if (closing) socket.end();
  }

  /** Cuts what is idle or half sent; a connection whose requests are whole ends with its last answer. */
  function close() {
    closing = true;
    for (const [socket, unanswered] of connections) {
      if (unanswered.at(-1)?.incoming.complete === false) unanswered.pop();
      if (unanswered.length === 0) socket.destroy();
    }
  }

  return {
    open,
    add,
    close,
    /** The requests of a connection that have no whole answer yet, in their order. */
    of: (socket: Socket): readonly Exchange[] => connections.get(socket) ?? [],
    sockets: () => connections.keys(),
  };
}
