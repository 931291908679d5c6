import { findApiToken } from "../db/api_tokens.ts";
import type { Database } from "../db/client.ts";
import {
  allowLongStatements,
  insertProblems,
  type Job,
  type JobProblem,
  type JobProgress,
  lockRunningJob,
  moveJob,
} from "../db/jobs.ts";
import { lockParties } from "../db/permissions.ts";
import {
  able,
  type Action,
  type Forbidden,
  forbids,
  type Standing,
} from "./authorization.ts";
import type { ServiceContext, Services } from "./context.ts";
import { inTransaction } from "./transaction.ts";

export type { Job, JobProblem };

/** Seconds for which a worker has a job to itself; each batch begins them anew. */
export const JOB_LEASE_SECONDS = 60;

/** A job can't go on; the message says why, for people. */
export class JobRefusedError extends Error {
  override name = "JobRefusedError";

  constructor(readonly action: Action, readonly forbidden: Forbidden) {
    super(
      forbidden.reason === "missing_scope"
        ? `The token lacks the scope ${forbidden.scope}.`
        : "Whoever asked for it may no longer do this, or the token has ended.",
    );
  }
}

/** What a batch did. */
export interface BatchOutcome extends JobProgress {
  problems: JobProblem[];
}

/** The program, as a job uses it: its events name the job, and where it was asked for. */
export function jobContext(services: Services, job: Job): ServiceContext {
  const { address } = job.input;
  return {
    ...services,
    requestId: job.id,
    address: typeof address === "string" ? address : "command line",
    userAgent: "",
    tokenId: job.tokenId ?? undefined,
  };
}

/**
 * One batch of a job, with its progress in the same transaction: a job that is taken up again goes on behind
 * the last batch that was committed, so that nothing is lost and nothing happens twice.
 *
 * @returns the job as it is now; undefined where it was cancelled, or somebody else has gone on with it
 */
export async function runBatch(
  context: ServiceContext,
  job: Job,
  work: (tx: Database) => Promise<BatchOutcome>,
): Promise<Job | undefined> {
  return await inTransaction(context, async (tx) => {
    await allowLongStatements(tx);
    const locked = await lockRunningJob(tx, job.id);
    if (!locked || locked.cursor !== job.cursor || locked.lease !== job.lease) {
      return undefined;
    }
    const { problems, ...done } = await work(tx);
    await insertProblems(tx, { jobId: job.id, problems });
    const progress = {
      cursor: done.cursor,
      read: locked.read + done.read,
      changed: locked.changed + done.changed,
      skipped: locked.skipped + done.skipped,
      refused: locked.refused + done.refused,
    };
    await moveJob(tx, {
      id: job.id,
      leaseSeconds: JOB_LEASE_SECONDS,
      progress,
    });
    return { ...locked, ...progress };
  });
}

/**
 * Whoever asked for a job, as they stand now, under lock: a right that was lost stops it. A session may end
 * meanwhile, a token may not.
 *
 * @returns null for the command line, which may do everything
 * @throws {JobRefusedError} the right is gone
 */
export async function askRight(
  tx: Database,
  { settings }: Pick<ServiceContext, "settings">,
  { job: { actorId, tokenId, input }, action }: { job: Job; action: Action },
): Promise<Standing | null> {
  if (actorId === null) return null;
  const { actor } = await lockParties(tx, {
    actorId,
    sessionId: tokenId,
    subjectId: actorId,
  });
  const token = tokenId === null ? null : await findApiToken(tx, tokenId);
  const tokenGone = input.byToken && !token;
  const standing = tokenGone
    ? undefined
    : able({ settings }, token?.scopes, actor);
  const forbidden = forbids(standing, action);
  if (forbidden) throw new JobRefusedError(action, forbidden);
  return standing!;
}
