import assert from "node:assert/strict";

/** How long several pieces of work take, in milliseconds, each measured in turn with the others. */
export async function takingTurns(
  works: Record<string, () => Promise<unknown>>,
  rounds: number,
): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = {};
  const names = Object.keys(works);
  for (let round = -2; round < rounds; round++) { // the first two are to get warm
    for (let at = 0; at < names.length; at++) {
      const name = names[(at + Math.abs(round)) % names.length]!; // each after each other
      const startedAt = performance.now();
      await works[name]!();
      const tookMs = performance.now() - startedAt;
      if (round >= 0) (times[name] ??= []).push(tookMs);
    }
  }
  return times;
}

/** Asserts that the times of none can be told from those of `reference`, by their ranks. */
export function alike(times: Record<string, number[]>, reference: string) {
  const known = times[reference]!;
  for (const [name, others] of Object.entries(times)) {
    const p = mannWhitney(others, known);
    assert.ok(
      p > 0.0005,
      `${name}: ${median(others)} ms, ${reference}: ${
        median(known)
      } ms, p ${p}`,
    );
  }
}

function median(values: number[]) {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** How likely two samples of one distribution differ as much in their ranks, by the normal approximation. */
function mannWhitney(a: number[], b: number[]): number {
  const ranked = [
    ...a.map((it) => ({ it, a: 1 })),
    ...b.map((it) => ({ it, a: 0 })),
  ]
    .sort((x, y) => x.it - y.it);
  const sum = ranked.reduce((total, { a }, at) => total + a * (at + 1), 0);
  const u = sum - a.length * (a.length + 1) / 2;
  const mean = a.length * b.length / 2;
  const deviation = Math.sqrt(mean * (a.length + b.length + 1) / 6);
  return 2 * (1 - normal(Math.abs(u - mean) / deviation));
}

/** The standard normal distribution, to 1e-7 (Abramowitz and Stegun, 26.2.17). */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const tail = t * (0.319381530 + t * (-0.356563782 +
        t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - tail * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
}
