import {
  findFirstEventAfter,
  listSeals,
  type Seal,
} from "../db/audit_seals.ts";
import { timeOfId } from "../db/uuid_times.ts";
import { digestEvents, finish, NO_SEAL, SEAL_PURPOSE } from "./audit_seals.ts";
import type { Services } from "./context.ts";
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

export type VerifyAuditLogFailure =
  | Difference
  /** No seal of the chain has the digest that was kept. */
  | { reason: "kept_seal_missing" }
  | { reason: "nothing_sealed" };

const SEALS_AT_ONCE = 500;

/**
 * Computes every seal anew, the oldest first, and stops at the first that differs. Takes the memory of a batch
 * however long the log is.
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
  for await (const seal of allSeals(services)) {
    const difference = await compare(services, { seal, before });
    if (difference) return refuse(difference);
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
  const unsealed = await findFirstEventAfter(services.db, untilId);
  return ok({
    seals,
    events,
    sealedUntil: timeOfId(untilId),
    mac,
    ...(unsealed && { unsealedSince: timeOfId(unsealed) }),
  });
}

async function* allSeals({ db }: Services) {
  let afterId: string = NO_SEAL.untilId;
  while (true) {
    const seals = await listSeals(db, { afterId, limit: SEALS_AT_ONCE });
    yield* seals;
    if (seals.length < SEALS_AT_ONCE) return;
    afterId = seals.at(-1)!.untilId;
  }
}

/** Undefined where the seal fits. */
async function compare(
  { db, secrets }: Services,
  { seal, before = NO_SEAL }: {
    seal: Seal;
    before?: Pick<Seal, "untilId" | "mac"> | undefined;
  },
): Promise<Difference | undefined> {
  const [keyId = "", digest = ""] = seal.mac.split(".");
  const differs = (what: Difference["what"], found: number): Difference => ({
    reason: "differs",
    what,
    sealId: seal.id,
    ...(before !== NO_SEAL && { after: timeOfId(before.untilId) }),
    until: timeOfId(seal.untilId),
    expected: seal.events,
    found,
  });
  const mac = secrets.mac(SEAL_PURPOSE, keyId);
  if (!mac) return differs("key_gone", 0);
  const { untilId } = seal;
  const { events } = await digestEvents(db, mac, { before, untilId });
  if (sameText(finish(mac, seal), digest)) return undefined;
  if (events < seal.events) return differs("missing", events);
  return differs(events > seal.events ? "added" : "changed", events);
}
