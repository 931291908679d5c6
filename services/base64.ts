/** Base64 without padding, canonical only: spare bits that are set are damage. Undefined for anything else. */
export function decodeBase64(text: string): Uint8Array | undefined {
  return decode(text.padEnd(Math.ceil(text.length / 4) * 4, "="));
}

/** Base64 with its padding, canonical only. */
export function decodePaddedBase64(text: string): Uint8Array | undefined {
  return decode(text);
}

function decode(padded: string) {
  try {
    return Uint8Array.fromBase64(padded, { lastChunkHandling: "strict" });
  } catch {
    return undefined;
  }
}
