import { commonPasswordsFile } from "./common_passwords.ts";
import type { Strength, StrengthQuestion } from "./password_strength.ts";
import type { ToWorker } from "./strength_worker.ts";
import {
  createWorkQueue,
  OverloadedError,
  type QueueTurn,
} from "./work_queue.ts";

/**
 * Answers how hard a password is to guess, off the event loop.
 *
 * @param turn whom it is for, and the signal after which nobody waits for it
 * @throws {OverloadedError} too many wait, or it took too long
 */
export type AskStrength = (
  question: StrengthQuestion,
  turn?: QueueTurn,
) => Promise<Strength>;

export interface StrengthChecksOptions {
  /** How many may wait for their turn. */
  maxWaiting?: number;
  /** For one answer, and for the start of the worker with the first one. */
  deadlineMs?: number;
  startWorker?: () => Worker;
}

/**
 * One worker, started with the first question, that answers one at a time in fair turns. It ends when it fails or
 * misses the deadline, and the next question starts another one.
 */
export function createStrengthChecks(
  { maxWaiting = 200, deadlineMs = 20_000, startWorker = start }:
    StrengthChecksOptions = {},
): { ask: AskStrength; close: () => void } {
  const inLine = createWorkQueue({
    width: 1,
    maxWaiting,
    whenFull: (seconds) => new OverloadedError(seconds),
  });
  let worker: Worker | undefined;

  function close() {
    worker?.terminate();
    worker = undefined;
  }

  async function started(): Promise<Worker> {
    if (worker) return worker;
    const list = await Deno.readFile(commonPasswordsFile());
    worker = startWorker();
    post(worker, { list }, [list.buffer]);
    return worker;
  }

  async function answer(question: StrengthQuestion): Promise<Strength> {
    const { promise, resolve, reject } = Promise.withResolvers<Strength>();
    const asked = await started();
    asked.onmessage = ({ data }) => resolve(data);
    asked.onerror = (event) => {
      event.preventDefault(); // or it would end the whole program
      if (worker === asked) worker = undefined; // also where it dies between two questions
      reject(new WorkerFailedError(event.message));
    };
    const timer = setTimeout(() => reject(new OverloadedError(1)), deadlineMs);
    try {
      post(asked, question);
      return await promise;
    } catch (error) {
      close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async ask(question, turn = {}) {
      const { signal } = turn;
      const answered = inLine(() => answer(question), turn);
      return signal ? await unlessAborted(answered, signal) : await answered;
    },
    close,
  };
}

/** Answered 503 as an overload is: the next question starts another worker. */
class WorkerFailedError extends OverloadedError {
  constructor(why: string) {
    super(1);
    this.message = `the strength worker failed: ${why}`;
  }
}

/** Those of this process: the dictionaries lie in memory once, in the worker. */
export const strengthChecks = createStrengthChecks();

function start(): Worker {
  return new Worker(new URL("./strength_worker.ts", import.meta.url), {
    type: "module",
    name: "strength",
    deno: { permissions: "none" },
  });
}

function post(worker: Worker, message: ToWorker, given: Transferable[] = []) {
  worker.postMessage(message, given);
}

/** What runs goes on to its end in the worker, but nobody waits for it. */
async function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal) {
  const { promise, reject } = Promise.withResolvers<never>();
  const abandon = () => reject(signal.reason);
  if (signal.aborted) abandon();
  signal.addEventListener("abort", abandon);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abandon);
  }
}
