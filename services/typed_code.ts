/**
 * A one-time code as it was meant. Apps, mails and web pages group codes by spaces and hyphens of many kinds, which
 * are copied with them, and some keyboards type full-width digits: only letters and digits count.
 */
export function typedCode(text: string): string {
  return text.normalize("NFKC").replace(/[^\p{L}\p{N}]/gu, "");
}
