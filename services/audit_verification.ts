import { MAX, NIL } from "uuid";
import {
  findStoredEvents,
  listSeals,
  listStoredEvents,
  type Seal,
  type StoredEvent,
} from "../db/audit_seals.ts";
import { timeOfId } from "../db/uuid_times.ts";
import { digestEvents, finish, NO_SEAL, SEAL_PURPOSE } from "./audit_seals.ts";
import type { Services } from "./context.ts";
import { doubtOf, type TimeDoubt } from "./event_times.ts";
import { ok, refuse, type Result } from "./result.ts";
import { sameText } from "./tokens.ts";

export interface AuditVerification {
  seals: number;
  events: number;
  /** When the last sealed event was written. */
  sealedUntil: Date;
  /** Of the last seal: kept elsewhere, it later shows whether seals were taken away. */
  mac: string;
  /** When the first event was written that no seal covers yet. */
  unsealedSince?: Date;
}

/** The first seal that doesn't fit the events between the one before it and its own last one. */
export interface Difference {
  reason: "differs";
  /**
   * Fewer or more events than were sealed (more also where a seal was removed); as many, but others; or sealed
   * by a key that SECRET_KEY no longer has, so that nobody can tell.
   */
  what: "missing" | "added" | "changed" | "key_gone";
  sealId: string;
  /** When the events of the seal begin; undefined for the first one. */
  after?: Date;
  until: Date;
  expected: number;
  found: number;
}

/** An event with a time that can't be right: forged, or written by a wrong clock. */
export interface OutsideEvent {
  id: string;
  /** As the event tells it (ISO 8601), or "infinity" or "-infinity". */
  at: string;
  why: TimeDoubt;
}

/** Every seal fits, but some events lie outside of time. */
export interface OutsideOfTime {
  reason: "outside_of_time";
  count: number;
  /** The first ones that were found. */
  events: OutsideEvent[];
}

export type VerifyAuditLogFailure =
  | (Difference & { outside?: OutsideEvent[] })
  | OutsideOfTime
  /** No seal of the chain has the digest that was kept. */
  | { reason: "kept_seal_missing" }
  | { reason: "nothing_sealed" };

const SEALS_AT_ONCE = 500;
const EVENTS_AT_ONCE = 2_000;
const MOST_NAMED = 20;

/**
 * Computes every seal anew, the oldest first, and stops at the first that differs. Looks at the times of all
 * events, sealed or not. Takes the memory of a batch however long the log is.
 *
 * @param kept the digest of a seal, noted down outside of the database
 * @param onProgress told after each seal how many events were read
 */
export async function verifyAuditLog(
  services: Services,
  { kept, onProgress }: {
    kept?: string | undefined;
    onProgress?: (events: number) => void;
  } = {},
): Promise<Result<AuditVerification, VerifyAuditLogFailure>> {
  let before: Seal | undefined;
  let [seals, events, keptSeen] = [0, 0, false];
  const outside = lookOut();
  for await (const seal of allSeals(services)) {
    const difference = await compare(services, { seal, before, outside });
    if (difference) {
      const { events: named } = outside;
      return refuse({
        ...difference,
        ...(named.length > 0 && { outside: named }),
      });
    }
    seals += 1;
    events += seal.events;
    if (kept !== undefined && sameText(seal.mac, kept)) keptSeen = true;
    before = seal;
    onProgress?.(events);
  }
  if (kept !== undefined && !keptSeen) {
    return refuse({ reason: "kept_seal_missing" });
  }
  if (!before) return refuse({ reason: "nothing_sealed" });
  const { untilId, mac } = before;
  let unsealed: string | undefined;
  for await (const batch of eventsAfter(services, untilId)) {
    outside.look(batch);
    unsealed ??= batch.find((it) => doubtOf(timed(it)) !== "future")?.id;
  }
  if (outside.count() > 0) {
    return refuse({
      reason: "outside_of_time",
      count: outside.count(),
      events: outside.events,
    });
  }
  return ok({
    seals,
    events,
    sealedUntil: timeOfId(untilId),
    mac,
    ...(unsealed && { unsealedSince: timeOfId(unsealed) }),
  });
}

async function* allSeals({ db }: Services) {
  let afterId: string = NIL;
  while (true) {
    const seals = await listSeals(db, { afterId, limit: SEALS_AT_ONCE });
    yield* seals;
    if (seals.length < SEALS_AT_ONCE) return;
    afterId = seals.at(-1)!.untilId;
  }
}

async function* eventsAfter({ db }: Services, id: string) {
  let afterId = id;
  while (true) {
    const limit = EVENTS_AT_ONCE;
    const batch = await listStoredEvents(db, { afterId, untilId: MAX, limit });
    yield batch;
    if (batch.length < limit) return;
    afterId = batch.at(-1)!.id;
  }
}

interface Lookout {
  look(batch: StoredEvent[]): void;
  /** What a seal names as ahead of its time; it comes again in its own range later. */
  lookAhead(batch: StoredEvent[]): void;
  count(): number;
  /** The first ones. */
  events: OutsideEvent[];
}

/** Counts what lies outside of time, each event once, in the memory of those that seals name. */
function lookOut(): Lookout {
  const ahead = new Set<string>();
  const events: OutsideEvent[] = [];
  let count = 0;
  const add = (it: StoredEvent, why: TimeDoubt) => {
    count += 1;
    if (events.length < MOST_NAMED) {
      events.push({ id: it.id, at: shownTime(it), why });
    }
  };
  return {
    events,
    count: () => count,
    look(batch) {
      for (const it of batch) {
        const why = ahead.has(it.id) ? undefined : doubtOf(timed(it));
        if (why) add(it, why);
      }
    },
    lookAhead(batch) {
      for (const it of batch.filter(({ id }) => !ahead.has(id))) {
        ahead.add(it.id);
        add(it, "future");
      }
    },
  };
}

/** The last moment that a Date can be, in milliseconds; as far before 1970 lies the first. */
const LAST_MS = 8.64e15;

/** With the nearest time that there is, where an event's is infinite or too far away. */
function timed({ id, at }: StoredEvent) {
  const ms = Number(at) / 1000;
  return { id, at: new Date(Math.max(-LAST_MS, Math.min(LAST_MS, ms))) };
}

function shownTime(it: StoredEvent): string {
  return Number.isFinite(Number(it.at))
    ? timed(it).at.toISOString()
    : it.at.toLowerCase();
}

/** Undefined where the seal fits. */
async function compare(
  { db, secrets }: Services,
  { seal, before, outside }: {
    seal: Seal;
    before: Seal | undefined;
    outside: Lookout;
  },
): Promise<Difference | undefined> {
  const [keyId = "", digest = ""] = seal.mac.split(".");
  const differs = (what: Difference["what"], found: number): Difference => ({
    reason: "differs",
    what,
    sealId: seal.id,
    ...(before && { after: timeOfId(before.untilId) }),
    until: timeOfId(seal.untilId),
    expected: seal.events + seal.ahead.length,
    found,
  });
  const mac = secrets.mac(SEAL_PURPOSE, keyId);
  if (!mac) return differs("key_gone", 0);
  const digested = await digestEvents(db, mac, {
    before: before ?? NO_SEAL,
    untilId: seal.untilId,
    onEvents: outside.look,
  });
  const ahead = await findStoredEvents(db, seal.ahead);
  outside.lookAhead(ahead);
  if (sameText(finish(mac, seal, ahead), digest)) return undefined;
  const expected = seal.events + seal.ahead.length;
  const found = digested.events + ahead.length;
  if (found === expected) return differs("changed", found);
  return differs(found < expected ? "missing" : "added", found);
}
