/** The first UUIDv7 of a time: whatever was made before has a lower one (RFC 9562, 5.7). */
export function firstIdAt(time: Date): string {
  const ms = time.getTime().toString(16).padStart(12, "0");
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7000-8000-000000000000`;
}

/** When a UUIDv7 was made, by the clock of whoever made it. */
export function timeOfId(id: string): Date {
  return new Date(parseInt(id.replace("-", "").slice(0, 12), 16));
}
