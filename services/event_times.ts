import { firstIdAt, timeOfId } from "../db/uuid_times.ts";

/** Milliseconds by which a clock may be wrong, or a transaction may take, before an event's time is in doubt. */
const TOLERANCE_MS = 10 * 60 * 1000;
/** No Passdesk wrote an event before this. */
const FIRST_EVENT_AT = Date.UTC(2026, 10, 1);

/**
 * Why the time of an event can't be right: what wrote it was not Passdesk, or ran by a wrong clock. The id tells a
 * time of its own (UUIDv7), by which events are ordered and sealed.
 */
export type TimeDoubt = "future" | "before_passdesk" | "id_differs";

export function doubtOf(
  { id, at }: { id: string; at: Date },
  now = Date.now(),
): TimeDoubt | undefined {
  const times = [timeOfId(id).getTime(), at.getTime()] as const;
  if (times.some((it) => it > now + TOLERANCE_MS)) return "future";
  if (times.some((it) => it < FIRST_EVENT_AT)) return "before_passdesk";
  return Math.abs(times[0] - times[1]) > TOLERANCE_MS
    ? "id_differs"
    : undefined;
}

/** The first id of the future: no event that was written by now has it, or a higher one. */
export function firstIdAhead(): string {
  return firstIdAt(new Date(Date.now() + TOLERANCE_MS));
}
