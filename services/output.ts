/** A stream of the process, whose reader may stop reading, go away, or have a full disk. */
export interface OutputStream {
  write(bytes: Uint8Array): Promise<number>;
}

/** Writes texts one after another, without waiting for the reader and without failing because of it. */
export interface Output {
  write(text: string): void;
  /** Characters that are not written yet. */
  waiting(): number;
  /** Resolves once nothing waits any more, however long that takes. */
  drained(): Promise<void>;
  /**
   * Waits until all is written, for `withinMs` at most and only while writing works. The value says whether all
   * of it was written.
   */
  flush(withinMs?: number): Promise<boolean>;
}

/** Milliseconds after which a write that failed is tried again: by then a disk may have room, a pipe a reader. */
const RETRY_MS = 1_000;

/** Bytes of one write: the text behind it can still be counted when the reader stalls. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Never uses `writeSync`, which stops the whole program on a full pipe and throws on a closed one; `write` waits
 * on a thread of its own. What could not be written is kept and tried again.
 */
export function createOutput(
  stream: OutputStream,
  { retryMs = RETRY_MS }: { retryMs?: number } = {},
): Output {
  let texts: string[] = [];
  let waiting = 0;
  let writing: Promise<void> | undefined;
  let failed = Promise.withResolvers<void>();

  async function writeAll() {
    while (texts.length > 0) {
      const text = texts.join("");
      texts = [];
      await writeWhole(new TextEncoder().encode(text));
      waiting -= text.length;
    }
    writing = undefined;
  }

  async function writeWhole(bytes: Uint8Array) {
    let from = 0;
    while (from < bytes.length) {
      try {
        from += await stream.write(bytes.subarray(from, from + CHUNK_BYTES));
      } catch {
        failed.resolve();
        await pause(retryMs);
        failed = Promise.withResolvers();
      }
    }
  }

  async function drained() {
    while (writing) await writing;
  }

  return {
    write(text) {
      texts.push(text);
      waiting += text.length;
      writing ??= Promise.resolve().then(writeAll); // not at once: what comes together is one write
    },
    waiting: () => waiting,
    drained,
    async flush(withinMs) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const over = new Promise<void>((resolve) => {
        if (withinMs !== undefined) timer = setTimeout(resolve, withinMs);
      });
      await Promise.race([drained(), failed.promise, over]);
      clearTimeout(timer);
      return waiting === 0;
    },
  };
}

/** Shared by the log, and by what is said to the person at the terminal. */
export const standardOutput: Output = createOutput(Deno.stdout);
export const standardError: Output = createOutput(Deno.stderr);

async function pause(ms: number) {
  await new Promise<void>((resolve) => {
    Deno.unrefTimer(setTimeout(resolve, ms)); // it keeps no program alive by itself
  });
}
