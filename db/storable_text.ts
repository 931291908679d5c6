/** A text that can be stored: PostgreSQL takes no NUL, and neither UTF-8 nor jsonb half of a surrogate pair. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\ufffd");
}
