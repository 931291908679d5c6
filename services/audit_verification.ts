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
  /** As the event tells it; "" where no calendar has it. */
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
  const outside = new Map<string, OutsideEvent>();
  const look = (batch: StoredEvent[], aheadOf?: Seal) => {
    for (const it of batch) {
      const at = new Date(Number(it.at) / 1000);
      const why = aheadOf ? "future" : doubtOf({ id: it.id, at });
      if (why && !outside.has(it.id)) {
        outside.set(it.id, { id: it.id, at: iso(at), why });
      }
    }
  };
  for await (const seal of allSeals(services)) {
    const difference = await compare(services, { seal, before, look });
    if (difference) {
      const named = [...outside.values()].slice(0, MOST_NAMED);
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
    look(batch);
    unsealed ??= batch.find((it) => outside.get(it.id)?.why !== "future")?.id;
  }
  if (outside.size > 0) {
    return refuse({
      reason: "outside_of_time",
      count: outside.size,
      events: [...outside.values()].slice(0, MOST_NAMED),
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

function iso(at: Date): string {
  return Number.isNaN(at.getTime()) ? "" : at.toISOString();
}

/** Undefined where the seal fits. */
async function compare(
  { db, secrets }: Services,
  { seal, before, look }: {
    seal: Seal;
    before: Seal | undefined;
    look: (batch: StoredEvent[], aheadOf?: Seal) => void;
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
    onEvents: look,
  });
  const ahead = await findStoredEvents(db, seal.ahead);
  look(ahead, seal);
  if (sameText(finish(mac, seal, ahead), digest)) return undefined;
  const expected = seal.events + seal.ahead.length;
  const found = digested.events + ahead.length;
  if (found === expected) return differs("changed", found);
  return differs(found < expected ? "missing" : "added", found);
}
