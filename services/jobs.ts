import type { Database } from "../db/client.ts";
import {
  endJob,
  findJob,
  insertJob,
  type JobKind,
  type JobProblem,
  type JobRow,
  listJobs,
  listProblems,
  lockJob,
} from "../db/jobs.ts";
import { deleteChunks } from "../db/job_chunks.ts";
import { recordAudit, recordRefusal } from "./audit.ts";
import {
  type Action,
  authorizeActor,
  type AuthorizeFailure,
  type Forbidden,
  forbids,
} from "./authorization.ts";
import type { Actor, ServiceContext } from "./context.ts";
import type { PasswordRequirement } from "./password_requirements.ts";
import { ok, refuse, type Result } from "./result.ts";
import { inTransaction } from "./transaction.ts";

export { JOB_KINDS, JOB_STATES } from "../db/jobs.ts";
export type { JobProblem, JobRow };

/** What has to be allowed to whoever asks for a job, or cancels the own one. */
const ACTIONS: Record<JobKind, Action> = {
  import: "create_user",
  require_new_password: "require_new_password",
};

const OTHERS_ACTIONS: Record<JobKind, Action> = {
  import: "cancel_others_import",
  require_new_password: "cancel_others_requirement",
};

/** Users in a list, which then fits into the 64 KiB of a body; a filter may let through any number. */
export const MAX_LISTED_USERS = 1_000;

/**
 * Asks for a job. Its rights are asked again with each batch.
 *
 * @param check says what else speaks against it, with the one who asks under lock
 * @returns the job's id
 */
export async function requestJob<Failure = never>(
  context: ServiceContext,
  { actor, kind, state, leaseSeconds, input, check }: {
    actor: Actor;
    kind: JobKind;
    state: "receiving" | "queued";
    leaseSeconds?: number;
    input: Record<string, unknown>;
    check?: (tx: Database) => Promise<Result<void, Failure>>;
  },
): Promise<Result<string, Forbidden | Failure>> {
  const { address } = context;
  return await inTransaction(context, async (tx) => {
    const action = ACTIONS[kind];
    const allowed = await authorizeActor(tx, context, { actor, action });
    if (!allowed.ok) return allowed;
    const checked = await check?.(tx);
    if (checked && !checked.ok) return checked;
    const job = await insertJob(tx, {
      kind,
      state,
      ...(leaseSeconds !== undefined && { leaseSeconds }),
      actorId: actor.userId,
      tokenId: actor.token?.id ?? null,
      input: { ...input, address, byToken: actor.token !== undefined },
    });
    await recordAudit(tx, context, {
      event: "job_requested",
      actorId: actor.userId,
      detail: { job, kind },
    });
    return ok(job);
  });
}

/** Asks that users replace their passwords: services/password_requirements.ts. */
export async function requestPasswordRequirement(
  context: ServiceContext,
  { actor, whom }: { actor: Actor; whom: PasswordRequirement },
): Promise<Result<string, Forbidden>> {
  const sorted = "ids" in whom
    ? { ids: [...new Set(whom.ids.map((it) => it.toLowerCase()))].sort() }
    : whom;
  return await requestJob(context, {
    actor,
    kind: "require_new_password",
    state: "queued",
    input: { whom: sorted },
  });
}

export type CancelJobFailure = AuthorizeFailure | { reason: "job_over" };

/**
 * Ends a job behind the batch that is under way; what was done stays. One's own; for a colleague's, and those of the
 * command line, it takes Administration.
 */
export async function cancelJob(
  context: ServiceContext,
  { actor, jobId }: { actor: Actor; jobId: string },
): Promise<Result<JobRow, CancelJobFailure>> {
  return await inTransaction(context, async (tx) => {
    const job = await lockJob(tx, jobId);
    if (!job) return refuse({ reason: "not_found" });
    const own = job.actorId === actor.userId;
    const action = (own ? ACTIONS : OTHERS_ACTIONS)[job.kind];
    const allowed = await authorizeActor(tx, context, { actor, action });
    if (!allowed.ok) return allowed;
    if (!await endJob(tx, { id: jobId, state: "cancelled" })) {
      return refuse({ reason: "job_over" });
    }
    await deleteChunks(tx, jobId);
    await recordAudit(tx, context, {
      event: "job_cancelled",
      actorId: actor.userId,
      detail: { job: jobId, kind: job.kind },
    });
    return ok((await findJob(tx, jobId))!);
  });
}

/** Undefined for an unknown id. */
export async function getJob(
  { db }: ServiceContext,
  jobId: string,
): Promise<JobRow | undefined> {
  return await findJob(db, jobId) ?? undefined;
}

/** The newest first. */
export async function findJobs(
  { db }: ServiceContext,
  { before, limit }: { before?: string | undefined; limit: number },
): Promise<{ jobs: JobRow[]; next: string | undefined }> {
  const found = await listJobs(db, { before, limit: limit + 1 });
  const jobs = found.slice(0, limit);
  return { jobs, next: found.length > limit ? jobs.at(-1)?.id : undefined };
}

/**
 * What is wrong with the records of a job, by line. It tells what a file holds, so for a colleague's job it takes
 * Administration.
 *
 * @param after the line and field behind which the page begins
 */
export async function findJobProblems(
  context: ServiceContext,
  { actor, jobId, after, limit }: {
    actor: Actor;
    jobId: string;
    after?: { line: number; field: string } | undefined;
    limit: number;
  },
): Promise<
  Result<{ problems: JobProblem[]; more: boolean }, AuthorizeFailure>
> {
  const { db } = context;
  const job = await findJob(db, jobId);
  if (!job) return refuse({ reason: "not_found" });
  const { userId: id, permissions, token } = actor;
  const action = "read_others_problems";
  const forbidden = job.actorId !== id &&
    forbids(
      { id, disabled: false, permissions, scopes: token?.scopes },
      action,
    );
  if (forbidden) {
    const detail = { action, ...forbidden, job: jobId };
    await recordRefusal(context, { event: "authz_fail", actor, detail });
    return refuse(forbidden);
  }
  const found = await listProblems(db, { jobId, after, limit: limit + 1 });
  return ok({
    problems: found.slice(0, limit),
    more: found.length > limit,
  });
}
