import { deleteChunks, endBrokenUploads } from "../db/job_chunks.ts";
import { endJob, type JobKind, leaseJob, releaseJob } from "../db/jobs.ts";
import { recordAudit } from "./audit.ts";
import type { ServiceContext, Services } from "./context.ts";
import { JobLeftError, readUpload } from "./import_uploads.ts";
import { runImport } from "./imports.ts";
import {
  type Job,
  JOB_LEASE_SECONDS,
  jobContext,
  JobRefusedError,
} from "./job_batches.ts";
import { explainJobFailure } from "./job_failure.ts";
import { isOutage } from "./outage.ts";
import { runPasswordRequirement } from "./password_requirements.ts";
import { startWorker } from "./worker.ts";

/**
 * How often a job is taken up without coming on before it ends: each time its server died or the database didn't
 * answer, and a minute went by. A database that is away can't be asked for a job, so an outage doesn't count.
 */
const MOST_TRIES = 10;

const STUCK =
  `It was tried ${MOST_TRIES} times without coming on, since its server died or the database took too long; ask your operator, whose log has the reason.`;

/** Each gives whether the job came to its end. */
const RUN: Record<
  JobKind,
  (context: ServiceContext, job: Job, stopping: AbortSignal) => Promise<boolean>
> = {
  import: (context, job, stopping) =>
    runImport(context, job, {
      bytes: readUpload(context, job, stopping),
      stopping,
    }),
  require_new_password: runPasswordRequirement,
};

/** Works through jobs until it is stopped. Any number of workers may run, here and elsewhere. */
export function startJobWorker(services: Services): () => Promise<void> {
  return startWorker(services, {
    name: "job_worker",
    work: (stopping) => runNextJob(services, stopping),
  });
}

/**
 * Takes a job, if one waits, and goes on with it to its end; ends uploads that have broken off. Tells how many
 * jobs there were.
 */
export async function runNextJob(
  services: Services,
  stopping: AbortSignal = new AbortController().signal,
): Promise<number> {
  const { db } = services;
  await endBrokenUploads(db);
  const job = await leaseJob(db, { leaseSeconds: JOB_LEASE_SECONDS });
  if (!job) return 0;
  if (job.tries > MOST_TRIES) {
    await end(services, job, { state: "failed", failure: STUCK });
    return 1;
  }
  try {
    const done = await RUN[job.kind](jobContext(services, job), job, stopping);
    if (done) await end(services, job, { state: "done" });
    else await releaseJob(db, job);
  } catch (error) {
    if (isOutage(error)) throw error; // its lease ends, and then somebody goes on
    if (error instanceof JobLeftError) await releaseJob(db, job);
    else await fail(services, job, error);
  }
  return 1;
}

async function fail(services: Services, job: Job, error: unknown) {
  if (error instanceof JobRefusedError) {
    await recordRefused(services, job, error);
  }
  await end(services, job, {
    state: "failed",
    failure: explainJobFailure(services, job, error),
  });
}

/** The batch that was refused left nothing, so its event is written here. */
async function recordRefused(
  services: Services,
  job: Job,
  { action, forbidden }: JobRefusedError,
) {
  await recordAudit(services.db, jobContext(services, job), {
    event: "authz_fail",
    actorId: job.actorId,
    detail: { action, ...forbidden, job: job.id },
  });
}

async function end(
  { db }: Services,
  { id, lease }: Job,
  { state, failure }: { state: "done" | "failed"; failure?: string },
) {
  await db.transaction(async (tx) => {
    const ended = { id, lease, state, failure: failure ?? null };
    if (await endJob(tx, ended)) await deleteChunks(tx, id);
  });
}
