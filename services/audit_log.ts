import {
  type AuditEventRow,
  hasEventFrom,
  listAuditEvents,
  listAuditEventsAfter,
} from "../db/audit_events.ts";
import { findUserByIdentifier } from "../db/users.ts";
import type { AuditEventName } from "./audit.ts";
import { mustStillHold } from "./authorization.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { doubtOf, firstIdAhead, type TimeDoubt } from "./event_times.ts";
import { findSettled } from "./settled_events.ts";

export type { AuditEventRow };

export interface AuditFilter {
  /** A username or email. */
  person: string;
  event?: AuditEventName | undefined;
  from?: Date | undefined;
  /** Before this moment. */
  until?: Date | undefined;
  before?: string | undefined;
  limit?: number | undefined;
  /** Only events whose time lies in the future, which are left out otherwise. */
  ahead?: boolean | undefined;
}

export interface FoundEvents {
  events: (AuditEventRow & { doubt?: TimeDoubt | undefined })[];
  personUnknown: boolean;
  /** There are events whose time lies in the future, whatever was asked for. */
  someAhead?: boolean;
  next?: string | undefined;
}

export const AUDIT_PAGE_SIZE = 50;

/** The newest first, paged by key. What bears a time in the future would stand above all of it for ever. */
export async function findAuditEvents(
  { db }: Pick<ServiceContext, "db">,
  { person: typed, limit = AUDIT_PAGE_SIZE, ahead = false, ...filter }:
    AuditFilter,
): Promise<FoundEvents> {
  const person = typed === ""
    ? undefined
    : await findUserByIdentifier(db, typed);
  if (person === null) return { events: [], personUnknown: true };
  const future = firstIdAhead();
  const [found, someAhead] = await Promise.all([
    listAuditEvents(
      db,
      { ...filter, personId: person?.id, firstIdAhead: future, ahead },
      limit + 1,
    ),
    hasEventFrom(db, future),
  ]);
  const events = found.slice(0, limit)
    .map((it) => ({ ...it, doubt: doubtOf(it) }));
  return {
    events,
    personUnknown: false,
    someAhead,
    next: found.length > limit ? events.at(-1)?.id : undefined,
  };
}

const EVENTS_AT_ONCE = 1_000;

/**
 * All events behind `after`, the oldest first, in pieces, up to what is settled: a reader that goes on behind
 * the last one misses none that was made before it and seen later.
 *
 * @throws {RightLostError} whoever asks may no longer, before any of the pieces
 */
export async function* auditEventsSince(
  context: Pick<ServiceContext, "db" | "settings">,
  { actor, after }: { actor: Actor; after?: string | undefined },
): AsyncGenerator<AuditEventRow[]> {
  const { db, settings } = context;
  const settled = await findSettled(db, settings);
  let last = after;
  for (;;) {
    await mustStillHold(context, { actor, permission: "audit_log" });
    const events = await listAuditEventsAfter(db, {
      after: last,
      until: settled,
      limit: EVENTS_AT_ONCE,
    });
    if (events.length > 0) yield events;
    if (events.length < EVENTS_AT_ONCE) return;
    last = events.at(-1)!.id;
  }
}
