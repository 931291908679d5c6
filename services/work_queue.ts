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

/** Runs `work` when it is its turn, in order of arrival; gives what it gives. */
export type WorkQueue = <Value>(work: () => Promise<Value>) => Promise<Value>;

/**
 * A line in front of work that is worth nothing when too much of it runs at once.
 *
 * Gives a function that rejects with `whenFull()` at once, without starting the work, when the line
 * is full (ASVS 15.2.2: documented defence against exhausted resources).
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
  const line: (() => void)[] = [];
  let running = 0;
  let averageMs = 0;

  function secondsToDrain() {
    return Math.max(1, Math.ceil(line.length * averageMs / width / 1000));
  }

  async function turn() {
    if (running < width) {
      running++;
    } else if (line.length < maxWaiting) {
      // Whoever ends hands the place over, so `running` stays as it is.
      await new Promise<void>((start) => line.push(start));
    } else {
      throw whenFull(secondsToDrain());
    }
  }

  function leave(tookMs: number) {
    averageMs = averageMs === 0 ? tookMs : averageMs * 0.9 + tookMs * 0.1;
    const next = line.shift();
    if (next) next();
    else running--;
  }

  return async (work) => {
    await turn();
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      leave(performance.now() - startedAt);
    }
  };
}
