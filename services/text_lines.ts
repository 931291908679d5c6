import { setImmediate } from "node:timers/promises";
import { inChunks } from "./chunks.ts";

const PIECE_BYTES = 32 * 1024;

/**
 * The file as text, without its byte order mark; what can't be decoded becomes U+FFFD, which no field takes.
 * The event loop has its turn between two pieces, also where a file has nothing but empty lines.
 */
export async function* decodeInTurns(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  for await (const chunk of inChunks(bytes, PIECE_BYTES)) {
    decoder ??= new TextDecoder(encodingOf(chunk));
    yield decoder.decode(chunk, { stream: true });
    await setImmediate();
  }
  yield decoder?.decode() ?? "";
}

/** UTF-8, unless a byte order mark says otherwise. */
function encodingOf([first, second]: Uint8Array) {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

/**
 * Lines that are not empty, with their numbers; no text where one is longer than `maxLength`. Each may end in CR LF, LF or CR:
 * none of them can stand within a text of JSON.
 */
export async function* readLines(
  pieces: AsyncIterable<string>,
  maxLength: number,
): AsyncGenerator<{ line: number; text: string | undefined }> {
  let rest = "";
  let line = 0;
  let tooLong = false;
  let endsInCr = false;
  for await (const piece of pieces) {
    if (piece === "") continue;
    const goesOn = endsInCr && piece.startsWith("\n") ? piece.slice(1) : piece;
    endsInCr = piece.endsWith("\r");
    const lines = (rest + goesOn).split(/\r\n|\r|\n/);
    rest = lines.pop()!;
    for (const text of lines) {
      tooLong ||= text.length > maxLength;
      line++;
      if (tooLong || text.trim() !== "") {
        yield { line, text: tooLong ? undefined : text };
      }
      tooLong = false;
    }
    if (rest.length > maxLength) {
      tooLong = true;
      rest = "";
    }
  }
  if (rest.trim() === "" && !tooLong) return;
  yield { line: line + 1, text: tooLong ? undefined : rest };
}
