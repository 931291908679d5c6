import { ping } from "../db/health.ts";
import type { Services } from "./context.ts";

/** Milliseconds in which the database has to answer. */
const PATIENCE_MS = 2_000;

/**
 * Tells whether the database answers. Probes that come together, be they hundreds, share one question: strangers
 * can ask it too.
 */
export function createReadiness(
  { db }: Pick<Services, "db">,
  { patienceMs = PATIENCE_MS }: { patienceMs?: number } = {},
): () => Promise<boolean> {
  let asking: Promise<boolean> | undefined;

  async function ask() {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const over = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), patienceMs);
    });
    const answer = ping(db).then(() => true, () => false);
    return await Promise.race([answer, over]).finally(() => {
      clearTimeout(timer);
      asking = undefined;
    });
  }

  return () => asking ??= ask();
}
