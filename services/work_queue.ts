import { createFairLine, type Turn } from "./fair_line.ts";

export type { Turn };

/** Too much is under way and waiting. The route answers 503 with Retry-After. */
export class OverloadedError extends Error {
  override readonly name = "OverloadedError";

  /** @param retryAfterSeconds how long today's line takes, at least 1 */
  constructor(readonly retryAfterSeconds: number) {
    super("too much waits in line");
  }
}

export interface WorkQueueOptions {
  /** How many pieces of work run at once. */
  width: number;
  /** How many more may wait for their turn. */
  maxWaiting: number;
  /** Makes the error for a full line, from the seconds until there is likely room again. */
  whenFull: (retryAfterSeconds: number) => Error;
}

export interface QueueTurn extends Turn {
  /** Aborted when nobody waits for the work any more: it leaves the line and is not started. */
  signal?: AbortSignal | undefined;
}

/**
 * Runs `work` when it is its turn; gives what it gives. Turns are fair between places and between accounts
 * (services/fair_line.ts); work without either runs in order of arrival.
 */
export type WorkQueue = <Value>(
  work: () => Promise<Value>,
  turn?: QueueTurn,
) => Promise<Value>;

interface Waiting {
  start: () => void;
  refuse: (reason: unknown) => void;
}

/**
 * A line in front of work that is worth nothing when too much of it runs at once.
 *
 * Gives a function that rejects with `whenFull()` at once, without starting the work, when the line
 * is full (ASVS 15.2.2: documented defence against exhausted resources). A full line refuses the one who would be
 * the last: a newcomer takes the place of a flood's, which is refused in its stead.
 *
 * @throws {RangeError} `width` is below 1 or `maxWaiting` below 0, or either is no whole number
 */
export function createWorkQueue(
  { width, maxWaiting, whenFull }: WorkQueueOptions,
): WorkQueue {
  if (!Number.isInteger(width) || width < 1) {
    throw new RangeError(`width must be a whole number from 1: ${width}`);
  }
  if (!Number.isInteger(maxWaiting) || maxWaiting < 0) {
    throw new RangeError(`maxWaiting must be a whole number: ${maxWaiting}`);
  }
  const line = createFairLine<Waiting>();
  let running = 0;
  let averageMs = 0;

  function full() {
    const seconds = line.length() * averageMs / width / 1000;
    return whenFull(Math.max(1, Math.ceil(seconds)));
  }

  async function begin({ signal, ...turn }: QueueTurn) {
    signal?.throwIfAborted();
    if (running < width) {
      running++;
      line.pass(turn);
      return;
    }
    if (line.length() >= maxWaiting) {
      const displaced = line.displace(turn);
      if (!displaced) throw full();
      displaced.refuse(full());
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = { start: resolve, refuse: reject };
    const abandon = () => {
      line.leave(waiting);
      reject(signal!.reason);
    };
    signal?.addEventListener("abort", abandon);
    line.join(waiting, turn);
    try {
      await promise; // whoever ends hands the place over, so `running` stays as it is
    } finally {
      signal?.removeEventListener("abort", abandon);
    }
  }

  function end(tookMs: number) {
    averageMs = averageMs === 0 ? tookMs : averageMs * 0.9 + tookMs * 0.1;
    const next = line.next();
    if (next) return next.start();
    running--;
    if (running === 0) line.clear();
  }

  return async (work, turn = {}) => {
    await begin(turn);
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      end(performance.now() - startedAt);
    }
  };
}
