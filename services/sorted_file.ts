/** Below this many bytes the rest is read and looked through. */
const BLOCK_BYTES = 4096;
/** More than the longest line: 40 hex digits, a colon, a count, CRLF. */
const LINE_BYTES = 128;
const KEY_LENGTH = 40;

/**
 * Finds a line by its first 40 characters in a text file whose lines are sorted by them (hex, either
 * case). Halves the file by byte offset, so that a file of any size costs some 25 small reads and no memory.
 *
 * Gives the line without its end, or undefined.
 *
 * @param key 40 upper-case hex digits
 * @throws {TypeError} a line that was read doesn't begin with 40 hex digits and a colon
 */
export async function findInSortedFile(
  path: string,
  key: string,
): Promise<string | undefined> {
  using file = await Deno.open(path);
  let start = 0; // of a line
  let end = (await file.stat()).size;

  while (end - start > BLOCK_BYTES) {
    const middle = Math.floor((start + end) / 2);
    const text = await readText(file, middle, 2 * LINE_BYTES);
    const skipped = text.indexOf("\n") + 1;
    if (skipped === 0) throw malformed(path);
    const found = keyOf(text.slice(skipped), path);
    if (found > key) end = middle + skipped;
    else start = middle + skipped;
  }

  const lines = (await readText(file, start, end - start + LINE_BYTES))
    .split("\n");
  keyOf(lines[0] ?? "", path);
  return lines.find((it) => it.slice(0, KEY_LENGTH).toUpperCase() === key)
    ?.trimEnd();
}

/** Reads as many bytes as there are, at most `length`. The file is ASCII, so any byte is a boundary. */
async function readText(file: Deno.FsFile, offset: number, length: number) {
  await file.seek(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let read = 0;
  while (read < length) {
    const more = await file.read(bytes.subarray(read));
    if (more === null) break;
    read += more;
  }
  return new TextDecoder("latin1").decode(bytes.subarray(0, read));
}

function keyOf(line: string, path: string): string {
  if (!/^[0-9A-F]{40}:\d/i.test(line)) throw malformed(path);
  return line.slice(0, KEY_LENGTH).toUpperCase();
}

function malformed(path: string) {
  return new TypeError(`not a sorted file of SHA1:count lines: ${path}`);
}
