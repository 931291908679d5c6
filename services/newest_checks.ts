import { ok, refuse, type Result } from "./result.ts";

export interface NewestChecks {
  /**
   * Begins a check for somebody, and ends waiting for their older one: only the newest is of use.
   *
   * @param asker whom checks are counted for: a user, or a link that opens the form
   */
  begin(
    asker: string,
  ): Result<BegunCheck, { reason: "too_often"; retryAfterSeconds: number }>;
}

export interface BegunCheck {
  /** Aborted when a newer one begins. */
  superseded: AbortSignal;
  end(): void;
}

/** More than anybody's typing asks for: the form checks at most four times a second, at pauses. */
const CHECKS_IN_A_ROW = 30;
const CHECKS_PER_SECOND = 2;
/** Above this many askers, those are forgotten who may do as many as anybody again. */
const MANY_ASKERS = 10_000;

interface Asker {
  /** Checks left, at `seenAt`. */
  left: number;
  seenAt: number;
  newest?: AbortController | undefined;
}

/** In memory, of this process: nobody waits for the database at each pause in typing. */
export function createNewestChecks(
  now = () => performance.now(),
): NewestChecks {
  const askers = new Map<string, Asker>();

  const leftOf = ({ left, seenAt }: Asker) =>
    Math.min(
      CHECKS_IN_A_ROW,
      left + (now() - seenAt) / 1000 * CHECKS_PER_SECOND,
    );

  function forgetRested() {
    for (const [key, it] of askers) {
      if (!it.newest && leftOf(it) === CHECKS_IN_A_ROW) askers.delete(key);
    }
  }

  return {
    begin(key) {
      if (askers.size > MANY_ASKERS) forgetRested();
      const asker = askers.get(key) ??
        { left: CHECKS_IN_A_ROW, seenAt: now() };
      askers.set(key, asker);
      asker.left = leftOf(asker);
      asker.seenAt = now();
      if (asker.left < 1) {
        const seconds = (1 - asker.left) / CHECKS_PER_SECOND;
        return refuse({
          reason: "too_often",
          retryAfterSeconds: Math.ceil(seconds),
        });
      }
      asker.left -= 1;
      asker.newest?.abort();
      const newest = asker.newest = new AbortController();
      return ok({
        superseded: newest.signal,
        end() {
          if (asker.newest === newest) asker.newest = undefined;
        },
      });
    },
  };
}
