/** Gives numbers from 0 (included) to 1 (excluded). */
export type Random = () => number;

/**
 * A small seeded generator: mulberry32 by Tommy Ettinger (2017, public domain,
 * https://gist.github.com/tommyettinger/46a874533244883189143505d203312c).
 * For demo data only: it must never make a secret.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from 0 to `limit - 1`. */
export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

/** One of the items, the first ones a little more often than the last ones. */
export function pickEarly<T>(random: Random, items: readonly T[]): T {
  return at(items, Math.floor(random() ** 1.3 * items.length));
}

/** Draws items by weight: a table of running totals, searched by halving. */
export class Lottery<T> {
  readonly #items: readonly T[];
  readonly #totals: readonly number[];

  constructor(
    items: readonly T[],
    weightOf: (item: T, rank: number) => number,
  ) {
    let total = 0;
    this.#items = items;
    this.#totals = items.map((item, rank) => total += weightOf(item, rank));
  }

  draw(random: Random): T {
    const wanted = random() * at(this.#totals, this.#totals.length - 1);
    let low = 0;
    let high = this.#totals.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at(this.#totals, middle) > wanted) high = middle;
      else low = middle + 1;
    }
    return at(this.#items, low);
  }
}

/**
 * Names are as frequent as their rank says (Zipf-Mandelbrot: 1 / (rank + q));
 * q = 3 gives the first of 40 about a tenth of the draws.
 */
export function byRank<T>(items: readonly T[]): Lottery<T> {
  return new Lottery(items, (_, rank) => 1 / (rank + 4));
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`nothing at ${index}`);
  return item;
}
