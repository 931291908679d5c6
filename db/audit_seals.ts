import { asc, desc, gt, sql } from "drizzle-orm";
import { type Database, rows } from "./client.ts";
import { auditSeals } from "./schema_programs.ts";

/** Serialises whoever seals, of all instances, until the end of the transaction. */
export async function lockSeals(db: Database) {
  await db.execute(sql`select pg_advisory_xact_lock(72777325)`);
}

export interface Seal {
  id: string;
  untilId: string;
  events: number;
  ahead: string[];
  mac: string;
}

const COLUMNS = {
  id: auditSeals.id,
  untilId: auditSeals.untilId,
  events: auditSeals.events,
  ahead: auditSeals.ahead,
  mac: auditSeals.mac,
};

/** By the events that they cover: ids of seals come from several clocks. */
export async function findLastSeal(db: Database): Promise<Seal | null> {
  const [row] = await db.select(COLUMNS).from(auditSeals)
    .orderBy(desc(auditSeals.untilId)).limit(1);
  return row ?? null;
}

/** Seals in their order, behind the one that ends at `afterId`. */
export async function listSeals(
  db: Database,
  { afterId, limit }: { afterId: string; limit: number },
): Promise<Seal[]> {
  return await db.select(COLUMNS).from(auditSeals)
    .where(gt(auditSeals.untilId, afterId))
    .orderBy(asc(auditSeals.untilId)).limit(limit);
}

export async function insertSeal(db: Database, seal: Seal) {
  await db.insert(auditSeals).values(seal);
}

/**
 * The time before which every event is there for good: none is still in a transaction that may commit. It lies
 * `marginSeconds` back, and `skewSeconds` before whatever has written and runs for longer than that.
 */
export async function findSettledTime(
  db: Database,
  { marginSeconds, skewSeconds }: {
    marginSeconds: number;
    skewSeconds: number;
  },
): Promise<Date> {
  const [row] = await rows<{ ms: number }>(
    db,
    sql`
    select floor(extract(epoch from least(
      clock_timestamp() - make_interval(secs => ${marginSeconds}),
      (select min(xact_start) - make_interval(secs => ${skewSeconds}) from pg_stat_activity
        where datname = current_database() and backend_xid is not null and pid <> pg_backend_pid())
    )) * 1000)::float8 as ms`,
  );
  return new Date(row!.ms);
}

/** An event as it is stored, nothing rounded: the time in microseconds, or "Infinity" or "-Infinity"; the detail as text. */
export interface StoredEvent {
  id: string;
  at: string;
  event: string;
  actorId: string | null;
  subjectId: string | null;
  address: string;
  requestId: string;
  detail: string;
}

/** Events behind one id, or from the very first, and up to another, in order. */
export async function listStoredEvents(
  db: Database,
  { afterId, untilId, limit }: {
    afterId: string | null;
    untilId: string;
    limit: number;
  },
): Promise<StoredEvent[]> {
  const from = afterId === null ? sql`true` : sql`id > ${afterId}::uuid`;
  return await rows(
    db,
    sql`${STORED} where ${from} and id <= ${untilId}::uuid
    order by id limit ${limit}`,
  );
}

/** Events of these ids, as far as they are there, in order. */
export async function findStoredEvents(
  db: Database,
  ids: string[],
): Promise<StoredEvent[]> {
  if (ids.length === 0) return [];
  return await rows(
    db,
    sql`${STORED} where id in (select jsonb_array_elements_text(${
      JSON.stringify(ids)
    }::jsonb)::uuid) order by id`,
  );
}

/** Events from an id on that no seal names as being ahead of its time. */
export async function listUnsealedAhead(
  db: Database,
  { fromId, limit }: { fromId: string; limit: number },
): Promise<StoredEvent[]> {
  return await rows(
    db,
    sql`${STORED} where id >= ${fromId}::uuid and not exists (
      select 1 from audit_seals where ahead ? audit_events.id::text)
    order by id limit ${limit}`,
  );
}

const STORED = sql`
  select id, round(extract(epoch from at) * 1000000)::text as at, event, actor_id as "actorId",
    subject_id as "subjectId", address, request_id as "requestId", detail::text as detail
  from audit_events`;
