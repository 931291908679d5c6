import { findInSortedFile } from "./sorted_file.ts";

/** Tells whether a password is known from a breach of some other service (ASVS 6.2.12). */
export type BreachedPasswords = (password: string) => Promise<boolean>;

/**
 * Why the list couldn't be asked. Its message names neither the password nor a part of its hash,
 * as the errors of `fetch` do (they hold the URL): it may be logged.
 */
export class BreachedPasswordsUnavailableError extends Error {
  override readonly name = "BreachedPasswordsUnavailableError";
}

/**
 * Asks the range API of Have I Been Pwned, or a mirror of it, for the first 5 of the 40 hex digits
 * of the password's SHA-1: the API learns no more (k-anonymity), and pads its answer so that its
 * size tells nothing (https://haveibeenpwned.com/API/v3#PwnedPasswords).
 *
 * When the API is away, slower than `timeoutMs` (milliseconds, for the whole answer) or answers
 * something else, calls `onUnavailable` and gives false: a new password isn't held up by it.
 *
 * @param url where the five digits are appended: `https://api.pwnedpasswords.com/range`
 */
export function breachedByRangeApi(
  { url, timeoutMs, onUnavailable, fetch = globalThis.fetch }: {
    url: string;
    timeoutMs: number;
    onUnavailable: (error: BreachedPasswordsUnavailableError) => void;
    fetch?: typeof globalThis.fetch;
  },
): BreachedPasswords {
  const base = url.replace(/\/+$/, "");

  async function range(prefix: string) {
    const response = await fetch(`${base}/${prefix}`, {
      headers: { "Add-Padding": "true", "User-Agent": "Passdesk" },
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.ok) return await response.text();
    await response.body?.cancel();
    throw new BreachedPasswordsUnavailableError(`status ${response.status}`);
  }

  return async (password) => {
    const sha1 = await sha1Hex(password);
    try {
      return countIn(await range(sha1.slice(0, 5)), sha1.slice(5)) > 0;
    } catch (error) {
      onUnavailable(withoutUrl(error));
      return false;
    }
  };
}

/**
 * Looks the password up in a file of `SHA1:count` lines, sorted by SHA-1, as the official downloader
 * makes it (https://github.com/HaveIBeenPwned/PwnedPasswordsDownloader). The file is searched in
 * place and opened anew each time, so that it can be replaced (by a rename) while the program runs.
 *
 * @throws {Deno.errors.NotFound} and its like: there is no such file, or it may not be read
 * @throws {TypeError} it is no such file
 */
export function breachedByFile({ path }: { path: string }): BreachedPasswords {
  return async (password) => {
    const line = await findInSortedFile(path, await sha1Hex(password));
    return line !== undefined && countOf(line) > 0;
  };
}

/** SHA-1 because that is the corpus's key; it protects nothing here and is never stored. */
async function sha1Hex(password: string): Promise<string> {
  const bytes = new TextEncoder().encode(password.normalize("NFC"));
  return new Uint8Array(await crypto.subtle.digest("SHA-1", bytes))
    .toHex().toUpperCase();
}

/** How often the answer has seen the suffix: 0 where it hasn't, and for the rows that are padding. */
function countIn(answer: string, suffix: string): number {
  const lines = answer.split("\n");
  if (!lines[0] || !/^[0-9A-F]{35}:\d+\r?$/i.test(lines[0])) {
    throw new BreachedPasswordsUnavailableError("no range of hashes");
  }
  const line = lines.find((it) => it.slice(0, 35).toUpperCase() === suffix);
  return line ? countOf(line) : 0;
}

function countOf(line: string): number {
  return Number.parseInt(line.slice(line.indexOf(":") + 1), 10);
}

function withoutUrl(error: unknown): BreachedPasswordsUnavailableError {
  if (error instanceof BreachedPasswordsUnavailableError) return error;
  const timedOut = error instanceof DOMException &&
    error.name === "TimeoutError";
  return new BreachedPasswordsUnavailableError(
    timedOut ? "timed out" : "not reached",
  );
}
