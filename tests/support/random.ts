/** Numbers that are the same at each run of a seed (mulberry32), and what is picked by them. */
export function randomFrom(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number) => Math.floor(next() * count);
  return {
    /** From 0 to `count` - 1. */
    below,
    chance: (share: number) => next() < share,
    pick: <T>(from: readonly T[]): T => from[below(from.length)]!,
    some: <T>(most: number, make: () => T): T[] =>
      Array.from({ length: below(most + 1) }, make),
  };
}

export type Random = ReturnType<typeof randomFrom>;
