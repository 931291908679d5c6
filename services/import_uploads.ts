import type { Database } from "../db/client.ts";
import {
  deleteChunks,
  endBrokenUploads,
  findChunk,
  insertChunk,
  renewUpload,
  UPLOAD_LEASE_SECONDS,
} from "../db/job_chunks.ts";
import {
  countOpenJobs,
  endJob,
  hasLease,
  type Job,
  type JobRow,
  queueJob,
  renewLease,
} from "../db/jobs.ts";
import type { Forbidden } from "./authorization.ts";
import { inChunks } from "./chunks.ts";
import type { Actor, ServiceContext, Services } from "./context.ts";
import type { ImportOptions } from "./import_batches.ts";
import { JOB_LEASE_SECONDS } from "./job_batches.ts";
import { getJob, requestJob } from "./jobs.ts";
import { describeError } from "./log.ts";
import { ok, refuse, type Result } from "./result.ts";
import { inTransaction } from "./transaction.ts";

/** Bytes of a piece of an upload in the database, which so has few rows of one size. */
const CHUNK_BYTES = 1024 * 1024;

/** Imports of one user that may wait or run: each may fill the database with IMPORT_MAX_MB. */
const MOST_OPEN = 3;

export type ReceiveImportFailure =
  | { reason: "too_large"; maxMegabytes: number }
  | { reason: "empty" }
  | { reason: "too_many"; most: number } // of the same user, and not ended
  | { reason: "job_over" } // cancelled while it was received, or its lease has ended
  | Forbidden;

/**
 * Takes an upload in as it arrives, piece by piece, into the database, where every instance can read it; then a
 * worker imports it.
 */
export async function receiveImport(
  context: ServiceContext,
  { actor, options, body }: {
    actor: Actor;
    options: ImportOptions;
    body: AsyncIterable<Uint8Array>;
  },
): Promise<Result<JobRow, ReceiveImportFailure>> {
  const requested = await requestJob(context, {
    actor,
    kind: "import",
    state: "receiving",
    leaseSeconds: UPLOAD_LEASE_SECONDS,
    input: { ...options },
    check: (tx) => checkOpenImports(tx, actor.userId),
  });
  if (!requested.ok) return requested;
  const jobId = requested.value;
  const stopBeating = beat(context, jobId);
  try {
    const failure = await storeUpload(context, { jobId, body });
    if (failure) {
      await breakOff(context, jobId, "The upload was refused.");
      return refuse(failure);
    }
    if (!await inTransaction(context, (tx) => queueJob(tx, jobId))) {
      return refuse({ reason: "job_over" });
    }
  } catch (error) {
    await breakOff(context, jobId, "The upload broke off.");
    throw error;
  } finally {
    stopBeating();
  }
  return { ok: true, value: (await getJob(context, jobId))! };
}

/** Renews the lease of an upload until it is stopped, however slowly the file arrives. */
function beat({ db, log }: ServiceContext, jobId: string): () => void {
  const timer = setInterval(() => {
    renewUpload(db, jobId).catch((error) =>
      log("warning", "upload_not_renewed", {
        job: jobId,
        ...describeError(error),
      })
    );
  }, UPLOAD_LEASE_SECONDS * 1000 / 6);
  return () => clearInterval(timer);
}

async function checkOpenImports(
  tx: Database,
  actorId: string,
): Promise<Result<void, { reason: "too_many"; most: number }>> {
  await endBrokenUploads(tx);
  const open = await countOpenJobs(tx, { actorId, kind: "import" });
  return open < MOST_OPEN
    ? ok(undefined)
    : refuse({ reason: "too_many", most: MOST_OPEN });
}

async function storeUpload(
  context: ServiceContext,
  { jobId, body }: { jobId: string; body: AsyncIterable<Uint8Array> },
): Promise<ReceiveImportFailure | undefined> {
  const maxMegabytes = context.settings.IMPORT_MAX_MB;
  let bytes = 0;
  let number = 0;
  for await (const data of inChunks(body, CHUNK_BYTES)) {
    bytes += data.length;
    if (bytes > maxMegabytes * 1024 * 1024) {
      return { reason: "too_large", maxMegabytes };
    }
    if (!await insertOne(context, { jobId, number: number++, data })) {
      return { reason: "job_over" };
    }
  }
  return bytes === 0 ? { reason: "empty" } : undefined;
}

/** With the job in one transaction: a piece of a job that ends in the same moment would be left behind. */
function insertOne(
  context: ServiceContext,
  chunk: { jobId: string; number: number; data: Uint8Array },
) {
  return inTransaction(context, (tx) => insertChunk(tx, chunk));
}

async function breakOff(
  { db }: ServiceContext,
  id: string,
  failure: string,
) {
  await endJob(db, { id, state: "failed", failure });
  await deleteChunks(db, id);
}

/** Somebody else has the job now, or it was cancelled, or the worker stops. */
export class JobLeftError extends Error {
  override name = "JobLeftError";
}

/**
 * The pieces of an upload, in order. With each the lease begins anew, since a file may have no records for as
 * long as it is.
 *
 * @throws {JobLeftError} the job is no longer this worker's
 */
export async function* readUpload(
  { db }: Services,
  job: Job,
  stopping: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { id: jobId } = job;
  for (let number = 0;; number++) {
    if (stopping.aborted || !await hasLease(db, job)) throw new JobLeftError();
    await renewLease(db, { job, leaseSeconds: JOB_LEASE_SECONDS });
    const data = await findChunk(db, { jobId, number });
    if (data === null) return;
    yield data;
  }
}
