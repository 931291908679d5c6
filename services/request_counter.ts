/** Counts a request; gives undefined, or the seconds to wait where there were too many. */
export type RequestCounter = (key: string) => number | undefined;

const MINUTE = 60_000;

/**
 * Counts requests of each key within a minute, in this process alone: for what is asked at every letter, where a
 * round trip to the database would cost as much as the answer. Each instance lets through as many.
 */
export function createRequestCounter(perMinute: number): RequestCounter {
  let counts = new Map<string, number>();
  let endsAt = 0;
  return (key) => {
    const now = performance.now();
    if (now >= endsAt) {
      counts = new Map(); // no key outlives its minute, so no flood of keys fills the memory
      endsAt = now + MINUTE;
    }
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count > perMinute
      ? Math.max(1, Math.ceil((endsAt - now) / 1000))
      : undefined;
  };
}
