import { v7 as uuidv7 } from "uuid";
import {
  findLastSeal,
  insertSeal,
  listStoredEvents,
  listUnsealedAhead,
  lockSeals,
  type StoredEvent,
} from "../db/audit_seals.ts";
import type { Database } from "../db/client.ts";
import { firstIdAt } from "../db/uuid_times.ts";
import { canonicalJson } from "./canonical_json.ts";
import type { Services } from "./context.ts";
import { firstIdAhead } from "./event_times.ts";
import type { Mac } from "./secret_box.ts";
import { findSettled } from "./settled_events.ts";

/** What a seal's key is derived for. */
export const SEAL_PURPOSE = "audit-seal";

/** The seal before the first one, which therefore begins with the lowest id that there is. */
export const NO_SEAL = { untilId: null, mac: "" };

/** Events that one seal covers at most: of a difference it is told in which seal's time it lies. */
const MOST_EVENTS = 10_000;
const BATCH = 2_000;
/** Events of the future that one seal names at most. */
const MOST_AHEAD = 1_000;

export interface Sealing {
  seals: number;
  events: number;
  /** The last seal's digest, to be kept elsewhere; undefined where there was nothing to seal. */
  mac?: string;
}

/**
 * Seals what the audit log holds since the last seal and that is there for good: a chain of keyed digests, by
 * which `verifyAuditLog` tells what was changed, removed or added since (ASVS 16.4.2). What bears a time in the
 * future is named and sealed at once, and again when that time comes. Any number may seal at once; each event is
 * sealed once.
 */
export async function sealAuditLog(services: Services): Promise<Sealing> {
  const sealing: Sealing = { seals: 0, events: 0 };
  while (true) {
    const sealed = await services.db.transaction((tx) =>
      sealNext(tx, services)
    );
    if (!sealed) break;
    sealing.seals += 1;
    sealing.events += sealed.events;
    sealing.mac = sealed.mac;
    if (sealed.events < MOST_EVENTS) break;
  }
  if (sealing.seals > 0) services.log("info", "audit_sealed", { ...sealing });
  return sealing;
}

async function sealNext(tx: Database, { secrets, settings }: Services) {
  await lockSeals(tx);
  const before = await findLastSeal(tx) ?? NO_SEAL;
  // Asked before the events are read: what is read then is all there will ever be.
  const settled = await findSettled(tx, settings);
  const mac = secrets.mac(SEAL_PURPOSE)!;
  const digested = await digestEvents(tx, mac, {
    before,
    untilId: firstIdAt(settled),
    most: MOST_EVENTS,
  });
  if (digested.events === 0) return undefined;
  const ahead = await listUnsealedAhead(tx, {
    fromId: firstIdAhead(),
    limit: MOST_AHEAD,
  });
  const seal = { id: uuidv7(), ...digested, ahead: ahead.map((it) => it.id) };
  const row = { ...seal, mac: `${mac.keyId}.${finish(mac, seal, ahead)}` };
  await insertSeal(tx, row);
  return row;
}

/**
 * Feeds the seal before and the events behind it to a digest, a batch at a time.
 *
 * @param onEvents is shown each batch
 */
export async function digestEvents(
  db: Database,
  mac: Mac,
  { before, untilId, most = Infinity, onEvents }: {
    before: { untilId: string | null; mac: string };
    untilId: string;
    most?: number;
    onEvents?: (events: StoredEvent[]) => void;
  },
): Promise<{ events: number; untilId: string }> {
  mac.update(`${before.mac}\n`);
  let events = 0;
  let afterId = before.untilId;
  while (events < most) {
    const limit = Math.min(BATCH, most - events);
    const batch = await listStoredEvents(db, { afterId, untilId, limit });
    mac.update(batch.map(canonical).join(""));
    onEvents?.(batch);
    events += batch.length;
    afterId = batch.at(-1)?.id ?? afterId;
    if (batch.length < limit) break;
  }
  return { events, untilId: afterId ?? untilId };
}

/** The digest, with what the seal says of itself, and the events ahead of its time where there are any. */
export function finish(
  mac: Mac,
  seal: { id: string; untilId: string; events: number; ahead: string[] },
  ahead: StoredEvent[],
): string {
  const { id, untilId, events } = seal;
  mac.update(ahead.map(canonical).join(""));
  mac.update(JSON.stringify(
    seal.ahead.length === 0
      ? [id, untilId, events]
      : [id, untilId, events, seal.ahead],
  ));
  return mac.digest();
}

/** One line for each event, the same for the same event whatever database, driver or version it comes from. */
function canonical(it: StoredEvent): string {
  const { id, at, event, actorId, subjectId, address, requestId } = it;
  const fields = [id, at, event, actorId, subjectId, address, requestId];
  const detail = canonicalJson(JSON.parse(it.detail));
  return `${JSON.stringify(fields).slice(0, -1)},${detail}]\n`;
}
