import type { Services } from "./context.ts";
import { logFailure } from "./failure_log.ts";

const POLL_MS = 1_000;

/**
 * Calls `work` until it is stopped: again at once where it found something to do, else after a second. An
 * error is logged as `${name}_failed` and does not end it. The value stops it, once what is under way has
 * ended; the signal tells long work of that.
 *
 * @param work gives how much there was to do
 */
export function startWorker(
  { log }: Pick<Services, "log">,
  { name, work }: {
    name: string;
    work: (stopping: AbortSignal) => Promise<number>;
  },
): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = (async () => {
    while (!signal.aborted) {
      const handled = await work(signal).catch((error) => {
        logFailure({ log }, `${name}_failed`, error);
        return 0;
      });
      if (handled === 0) await pause(POLL_MS, signal);
    }
  })();
  return async () => {
    stopping.abort();
    await running;
  };
}

/** Ends early where the signal says so. */
export async function pause(ms: number, signal: AbortSignal) {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const over = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    signal.addEventListener("abort", over);
  });
}
