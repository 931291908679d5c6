export interface Load {
  /** Median of one request alone, in milliseconds. */
  latencyMs: number;
  /** Requests a second with `PARALLEL` at once. */
  perSecond: number;
}

export const PARALLEL = 16;

/** Runs `request` alone, then many at once, each for `seconds`. Every answer must be as expected. */
export async function load(
  request: () => Promise<void>,
  { seconds = 3, parallel = PARALLEL } = {},
): Promise<Load> {
  for (let n = 0; n < 20; n++) await request(); // warm
  const times: number[] = [];
  const alone = performance.now() + seconds * 1000;
  while (performance.now() < alone) {
    const start = performance.now();
    await request();
    times.push(performance.now() - start);
  }
  return {
    latencyMs: times.sort((a, b) => a - b)[times.length >> 1]!,
    perSecond: await rate(request, { seconds, parallel }),
  };
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
