import {
  createWorkQueue,
  OverloadedError,
  type QueueTurn,
} from "./work_queue.ts";

/**
 * How long a wrong password takes in the narrow line, in times of what today's hash takes: more than the dearest
 * that is verified (ten times, services/hash_cost.ts), with room for a machine on which it costs more than was
 * measured. Beyond the second figure it is no longer waited for.
 */
const FLOOR_TIMES = { usual: 15, most: 30 };

/**
 * The two lines in front of hashing. In the quick one stands what costs as much as today's hash. In the narrow
 * one stand the hashes of other programs and times, and every wrong password of a sign-in, whatever is stored for the
 * account, for the same time: so neither that time nor the wait before it tells what is stored, or whether
 * anything is (ASVS 6.3.8), and a flood of wrong passwords holds nobody up but others who are wrong.
 */
export function createHashLanes(
  { width, maxWaiting }: { width: number; maxWaiting: number },
) {
  const whenFull = (seconds: number) => new OverloadedError(seconds);
  const inQuickLine = createWorkQueue({ width, maxWaiting, whenFull });
  const inNarrowLine = createWorkQueue({
    width: Math.max(1, Math.floor(width / 2)),
    maxWaiting,
    whenFull,
  });
  let usualMs = 0; // of today's hash
  let longestMs = 0; // of a dear one

  /** @param usual whether it costs what today's hash costs */
  async function quick<Value>(
    work: () => Promise<Value>,
    turn: QueueTurn | undefined,
    { usual }: { usual: boolean },
  ): Promise<Value> {
    return await inQuickLine(async () => {
      const startedAt = performance.now();
      const value = await work();
      if (usual) {
        const tookMs = performance.now() - startedAt;
        usualMs = usualMs === 0 ? tookMs : usualMs * 0.9 + tookMs * 0.1;
      }
      return value;
    }, turn);
  }

  async function narrow<Value>(
    work: () => Promise<Value>,
    turn?: QueueTurn,
  ): Promise<Value> {
    return await inNarrowLine(async () => {
      const startedAt = performance.now();
      try {
        return await work();
      } finally {
        longestMs = Math.max(longestMs, performance.now() - startedAt);
      }
    }, turn);
  }

  /** As `narrow`, but its turn takes the same time for whatever work, unless the value `isWelcome`. */
  async function even<Value>(
    work: () => Promise<Value>,
    turn: QueueTurn | undefined,
    isWelcome: (value: Value) => boolean,
  ): Promise<Value> {
    return await inNarrowLine(async () => {
      const startedAt = performance.now();
      const floor = sleep(floorMs(), turn?.signal);
      try {
        const value = await work();
        longestMs = Math.max(longestMs, performance.now() - startedAt);
        if (!isWelcome(value)) await floor.over;
        return value;
      } finally {
        floor.end();
      }
    }, turn);
  }

  function floorMs() {
    const { usual, most } = FLOOR_TIMES;
    return Math.min(Math.max(usual * usualMs, longestMs), most * usualMs);
  }

  return { quick, narrow, even };
}

function sleep(ms: number, signal: AbortSignal | undefined) {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  const timer = setTimeout(end, ms);
  signal?.addEventListener("abort", end);
  return {
    over,
    end() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
    },
  };
}
