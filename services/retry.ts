/** Seconds until the next try of what goes out: half a minute, then twice as long each time, up to an hour. */
export function retrySeconds(attempts: number): number {
  return Math.min(30 * 2 ** (attempts - 1), 3600);
}
