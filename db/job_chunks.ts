import { and, eq, sql } from "drizzle-orm";
import { type Database, rows } from "./client.ts";
import { jobChunks, jobs } from "./schema_programs.ts";

/** Minutes without a piece after which an upload counts as broken off. */
const UPLOAD_MINUTES = 15;

/** Stores a piece of an upload. False where its job no longer receives. */
export async function insertChunk(
  db: Database,
  { jobId, number, data }: { jobId: string; number: number; data: Uint8Array },
): Promise<boolean> {
  const [receiving] = await db.update(jobs).set({
    leasedUntil: sql`now() + make_interval(mins => ${UPLOAD_MINUTES})`,
  }).where(and(eq(jobs.id, jobId), eq(jobs.state, "receiving")))
    .returning({ id: jobs.id });
  if (!receiving) return false;
  await db.insert(jobChunks).values({ jobId, number, data });
  return true;
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

/** Uploads that broke off end, and the pieces of whatever has ended go. */
export async function deleteOverUploads(db: Database) {
  await rows(
    db,
    sql`update jobs set state = 'failed', failure = 'The upload broke off.', ended_at = now()
    where state = 'receiving' and coalesce(leased_until, created_at + make_interval(mins => ${UPLOAD_MINUTES})) <= now()`,
  );
  await rows(
    db,
    sql`delete from job_chunks where job_id in (
      select id from jobs where state in ('done', 'failed', 'cancelled'))`,
  );
}
