import { and, eq, sql } from "drizzle-orm";
import { type Database, rows } from "./client.ts";
import { endsWithin } from "./clocks.ts";
import { jobChunks, jobs } from "./schema_programs.ts";

/**
 * Seconds after which an upload has broken off, unless the server that takes it in says in time that it still
 * does: one that was killed must not keep its user's imports waiting for a minute.
 */
export const UPLOAD_LEASE_SECONDS = 30;

const lease = sql`make_interval(secs => ${UPLOAD_LEASE_SECONDS})`;
const leaseEnd = sql`now() + ${lease}`;

/** Stores a piece of an upload. False where its job no longer receives. */
export async function insertChunk(
  db: Database,
  { jobId, number, data }: { jobId: string; number: number; data: Uint8Array },
): Promise<boolean> {
  const [receiving] = await db.update(jobs).set({
    leasedUntil: leaseEnd,
  }).where(and(eq(jobs.id, jobId), eq(jobs.state, "receiving")))
    .returning({ id: jobs.id });
  if (!receiving) return false;
  await db.insert(jobChunks).values({ jobId, number, data });
  return true;
}

/** Says that an upload is still being taken in. */
export async function renewUpload(db: Database, jobId: string) {
  await db.update(jobs).set({ leasedUntil: leaseEnd })
    .where(and(eq(jobs.id, jobId), eq(jobs.state, "receiving")));
}

export async function findChunk(
  db: Database,
  { jobId, number }: { jobId: string; number: number },
): Promise<Uint8Array | null> {
  const [row] = await db.select({ data: jobChunks.data }).from(jobChunks)
    .where(and(eq(jobChunks.jobId, jobId), eq(jobChunks.number, number)));
  return row?.data ?? null;
}

export async function deleteChunks(db: Database, jobId: string) {
  await db.delete(jobChunks).where(eq(jobChunks.jobId, jobId));
}

/** Uploads whose server is gone have broken off; their pieces go. */
export async function endBrokenUploads(db: Database) {
  await rows(
    db,
    sql`with ended as (
      update jobs set state = 'failed', failure = 'The upload broke off.', ended_at = now(),
        leased_until = null
      where state = 'receiving'
        and coalesce(not ${endsWithin(sql`leased_until`, lease)}, true)
      returning id
    ) delete from job_chunks where job_id in (select id from ended)`,
  );
}

/** What is left of the pieces of jobs that have ended. */
export async function deleteLeftChunks(db: Database) {
  await rows(
    db,
    sql`delete from job_chunks where job_id in (
      select id from jobs where state in ('done', 'failed', 'cancelled'))`,
  );
}
