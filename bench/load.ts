export interface Load {
  /** Median of one request alone, in milliseconds. */
  latencyMs: number;
  /** Requests a second with `PARALLEL` at once. */
  perSecond: number;
}

export const PARALLEL = 16;

/** How often the two take turns: other work on the machine then falls on both. */
const ROUNDS = 8;

/**
 * Runs each alone, then many at once, `seconds` of both in all, taking turns. The medians of the rounds; every
 * answer must be as expected.
 */
export async function sideBySide(
  requests: [() => Promise<void>, () => Promise<void>],
  { seconds = 4, parallel = PARALLEL } = {},
): Promise<[Load, Load]> {
  const rounds = requests.map(() => [] as Load[]);
  for (let n = 0; n < ROUNDS; n++) {
    for (const [i, request] of requests.entries()) {
      rounds[i]!.push({
        latencyMs: await latency(request, { seconds: seconds / ROUNDS }),
        perSecond: await rate(request, {
          seconds: seconds / ROUNDS,
          parallel,
        }),
      });
    }
  }
  return rounds.map((it) => ({
    latencyMs: median(it.map((load) => load.latencyMs)),
    perSecond: median(it.map((load) => load.perSecond)),
  })) as [Load, Load];
}

async function latency(
  request: () => Promise<void>,
  { seconds }: { seconds: number },
): Promise<number> {
  for (let n = 0; n < 20; n++) await request(); // warm
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const start = performance.now();
    await request();
    times.push(performance.now() - start);
  }
  return median(times);
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}

/** How often `request` ends in a second, `parallel` at once. */
export async function rate(
  request: () => Promise<unknown>,
  { seconds, parallel }: { seconds: number; parallel: number },
): Promise<number> {
  const start = performance.now();
  const end = start + seconds * 1000;
  let done = 0;
  await Promise.all(Array.from({ length: parallel }, async () => {
    while (performance.now() < end) {
      await request();
      done += 1;
    }
  }));
  return done / ((performance.now() - start) / 1000);
}

/** A GET that must answer 200 and hold `word`. */
export function get(url: string, cookie: string, word: string) {
  return async () => {
    const response = await fetch(url, {
      headers: { cookie, "HX-Request-Type": "partial" },
    });
    const text = await response.text();
    if (response.status !== 200 || !text.includes(word)) {
      throw new Error(`${url}: ${response.status} ${text.slice(0, 200)}`);
    }
  };
}
