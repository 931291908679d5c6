import { and, desc, eq, inArray, lt, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { type Database, rows } from "./client.ts";
import { endsWithin } from "./clocks.ts";
import { JOB_KINDS, JOB_STATES, jobProblems, jobs } from "./schema_programs.ts";
import { users } from "./schema.ts";
import { storable } from "./storable_text.ts";

export { JOB_KINDS, JOB_STATES };
export type JobKind = typeof JOB_KINDS[number];
export type JobState = typeof JOB_STATES[number];

export interface Job {
  id: string;
  kind: JobKind;
  state: JobState;
  actorId: string | null;
  tokenId: string | null;
  input: Record<string, unknown>;
  lease: string | null;
  /** How often a worker has taken it since it last came on. */
  tries: number;
  cursor: string | null;
  read: number;
  changed: number;
  skipped: number;
  refused: number;
}

/** The job still runs, under this lease; null is the command line's. */
function held({ id, lease }: Pick<Job, "id" | "lease">) {
  return and(
    eq(jobs.id, id),
    eq(jobs.state, "running"),
    sql`${jobs.lease} is not distinct from ${lease}`,
  );
}

export async function insertJob(
  db: Database,
  { leaseSeconds, ...job }:
    & Pick<Job, "kind" | "state" | "actorId" | "tokenId" | "input">
    & { leaseSeconds?: number },
): Promise<string> {
  const id = uuidv7();
  await db.insert(jobs).values({
    id,
    ...job,
    ...(leaseSeconds !== undefined &&
      { leasedUntil: sql`now() + make_interval(secs => ${leaseSeconds})` }),
  });
  return id;
}

const shown = {
  id: jobs.id,
  kind: jobs.kind,
  state: jobs.state,
  actorId: jobs.actorId,
  actorName: users.name,
  dryRun: sql<boolean>`coalesce((${jobs.input} ->> 'dryRun')::boolean, false)`,
  read: jobs.read,
  changed: jobs.changed,
  skipped: jobs.skipped,
  refused: jobs.refused,
  failure: jobs.failure,
  createdAt: jobs.createdAt,
  startedAt: jobs.startedAt,
  endedAt: jobs.endedAt,
};

export async function findJob(db: Database, id: string) {
  const [row] = await db.select(shown).from(jobs)
    .leftJoin(users, eq(users.id, jobs.actorId)).where(eq(jobs.id, id));
  return row ?? null;
}

/** Before whoever acts on it, as a batch does: the order of locks is one. Null for an unknown id. */
export async function lockJob(
  db: Database,
  id: string,
): Promise<Pick<Job, "kind" | "actorId"> | null> {
  const [job] = await db.select({ kind: jobs.kind, actorId: jobs.actorId })
    .from(jobs)
    .where(eq(jobs.id, id)).for("update");
  return job ?? null;
}

export type JobRow = NonNullable<Awaited<ReturnType<typeof findJob>>>;

/** The newest first, paged by key. */
export async function listJobs(
  db: Database,
  { before, limit }: { before?: string | undefined; limit: number },
): Promise<JobRow[]> {
  return await db.select(shown).from(jobs)
    .leftJoin(users, eq(users.id, jobs.actorId))
    .where(before ? lt(jobs.id, before) : undefined)
    .orderBy(desc(jobs.id)).limit(limit);
}

/**
 * Takes the job that waits longest, imports last since they take long and may wait, for `leaseSeconds`: no
 * other worker takes it meanwhile, and if this one dies another goes on. Jobs of the command line are left to
 * it, since their file is there.
 */
export async function leaseJob(
  db: Database,
  { leaseSeconds }: { leaseSeconds: number },
): Promise<Job | null> {
  const [job] = await rows<Job>(
    db,
    sql`
    update jobs set state = 'running', lease = gen_random_uuid(), tries = tries + 1,
      started_at = coalesce(started_at, now()),
      leased_until = now() + make_interval(secs => ${leaseSeconds})
    where id = (
      select id from jobs
      where state in ('queued', 'running') and actor_id is not null
        and coalesce(not ${
      endsWithin(
        sql`leased_until`,
        sql`make_interval(secs => ${leaseSeconds})`,
      )
    }, true)
      order by kind = 'import', id limit 1 for update skip locked
    )
    returning id, kind, state, actor_id as "actorId", token_id as "tokenId", input, lease, tries, cursor,
      read, changed, skipped, refused`,
  );
  return job ?? null;
}

/** How many of somebody's jobs of a kind have not ended. */
export async function countOpenJobs(
  db: Database,
  { actorId, kind }: { actorId: string; kind: JobKind },
): Promise<number> {
  return await db.$count(
    jobs,
    and(
      eq(jobs.actorId, actorId),
      eq(jobs.kind, kind),
      inArray(jobs.state, ["receiving", "queued", "running"]),
    ),
  );
}

/** With their problems, which are thousands each: the oldest now, the others the next time. */
export async function deleteOldJobs(db: Database, { days }: { days: number }) {
  const old = db.select({ id: jobs.id }).from(jobs)
    .where(sql`${jobs.endedAt} < now() - make_interval(days => ${days})`)
    .orderBy(jobs.id).limit(50);
  await db.delete(jobs).where(inArray(jobs.id, old));
}

/**
 * Takes up a job of the command line that did not come to its end, by what it was asked to do: one that was
 * broken off, or that failed behind its first batch. Null where there is none.
 */
export async function resumeJob(
  db: Database,
  { kind, input }: { kind: JobKind; input: Record<string, unknown> },
): Promise<Job | null> {
  const left = db.select({ id: jobs.id }).from(jobs).where(and(
    eq(jobs.kind, kind),
    sql`(state = 'running' or state = 'failed' and cursor is not null)`,
    sql`${jobs.actorId} is null`,
    sql`${jobs.input} @> ${JSON.stringify(input)}::text::jsonb`,
  )).orderBy(desc(jobs.id)).limit(1);
  const [job] = await db.update(jobs)
    .set({ state: "running", failure: null, endedAt: null })
    .where(inArray(jobs.id, left)).returning(working);
  return job ?? null;
}

/** Ends jobs of the command line that nobody has gone on with for a day; the same command takes one up again. */
export async function endAbandonedJobs(db: Database) {
  await db.update(jobs).set({
    state: "failed",
    failure: "The command was broken off, and the same one goes on there.",
    endedAt: sql`now()`,
    leasedUntil: null,
  }).where(and(
    eq(jobs.state, "running"),
    sql`${jobs.actorId} is null`,
    sql`coalesce(${jobs.leasedUntil}, ${jobs.createdAt}) < now() - interval '1 day'`,
  ));
}

const working = {
  id: jobs.id,
  kind: jobs.kind,
  state: jobs.state,
  actorId: jobs.actorId,
  tokenId: jobs.tokenId,
  input: jobs.input,
  lease: jobs.lease,
  tries: jobs.tries,
  cursor: jobs.cursor,
  read: jobs.read,
  changed: jobs.changed,
  skipped: jobs.skipped,
  refused: jobs.refused,
};

/** Locks a job for a batch; null where it has ended, or was never there. */
export async function lockRunningJob(
  db: Database,
  id: string,
): Promise<Job | null> {
  const [job] = await db.select(working).from(jobs)
    .where(and(eq(jobs.id, id), eq(jobs.state, "running"))).for("update");
  return job ?? null;
}

/** A batch may take longer than what somebody waits for; until the transaction ends. */
export async function allowLongStatements(db: Database) {
  await db.execute(sql`set local statement_timeout = '60s'`);
}

export interface JobProgress {
  cursor: string | null;
  read: number;
  changed: number;
  skipped: number;
  refused: number;
}

/** Moves a job behind a batch, in the batch's transaction. */
export async function moveJob(
  db: Database,
  { id, leaseSeconds, progress }: {
    id: string;
    leaseSeconds: number;
    progress: JobProgress;
  },
) {
  await db.update(jobs).set({
    ...progress,
    tries: 0,
    leasedUntil: sql`now() + make_interval(secs => ${leaseSeconds})`,
  }).where(eq(jobs.id, id));
}

/** Whether the job still is this worker's. */
export async function hasLease(
  db: Database,
  job: Pick<Job, "id" | "lease">,
): Promise<boolean> {
  const found = await db.select({ id: jobs.id }).from(jobs).where(held(job));
  return found.length === 1;
}

/** Between batches. While one is being written it is left to that, rather than waited for. */
export async function renewLease(
  db: Database,
  { job, leaseSeconds }: {
    job: Pick<Job, "id" | "lease">;
    leaseSeconds: number;
  },
) {
  const free = db.select({ id: jobs.id }).from(jobs).where(held(job))
    .for("update", { skipLocked: true });
  await db.update(jobs).set({
    leasedUntil: sql`now() + make_interval(secs => ${leaseSeconds})`,
  }).where(inArray(jobs.id, free));
}

/** Another worker may go on at once. */
export async function releaseJob(
  db: Database,
  job: Pick<Job, "id" | "lease">,
) {
  await db.update(jobs)
    .set({ leasedUntil: null, tries: sql`greatest(0, tries - 1)` })
    .where(held(job));
}

/** What was received is complete: a worker may take it. False where it was cancelled meanwhile. */
export async function queueJob(db: Database, id: string): Promise<boolean> {
  const queued = await db.update(jobs)
    .set({ state: "queued", leasedUntil: null })
    .where(and(eq(jobs.id, id), eq(jobs.state, "receiving")))
    .returning({ id: jobs.id });
  return queued.length === 1;
}

/** False where it has ended already or, with a lease, somebody else has it now. */
export async function endJob(
  db: Database,
  { id, lease, state, failure = null }: {
    id: string;
    lease?: string | null;
    state: "done" | "failed" | "cancelled";
    failure?: string | null;
  },
): Promise<boolean> {
  const ended = await db.update(jobs)
    .set({
      state,
      failure: failure && storable(failure),
      endedAt: sql`now()`,
      leasedUntil: null,
    })
    .where(and(
      eq(jobs.id, id),
      inArray(jobs.state, ["receiving", "queued", "running"]),
      lease ? eq(jobs.lease, lease) : undefined,
    )).returning({ id: jobs.id });
  return ended.length === 1;
}

export interface JobProblem {
  line: number;
  field: string;
  problem: string;
}

/** So many are kept of a job; the counts go on. */
export const MAX_PROBLEMS = 10_000;

export async function insertProblems(
  db: Database,
  { jobId, problems }: { jobId: string; problems: JobProblem[] },
) {
  if (problems.length === 0) return;
  await db.execute(sql`
    insert into job_problems (job_id, line, field, problem)
    select ${jobId}::uuid, line, field, problem
    from jsonb_to_recordset(${
    JSON.stringify(
      problems.slice(0, MAX_PROBLEMS).map(({ line, field, problem }) => ({
        line,
        field: storable(field),
        problem: storable(problem),
      })),
    )
  }::text::jsonb) as t(line int, field text, problem text)
    order by line, field
    limit greatest(0, ${MAX_PROBLEMS}::int - (select count(*) from job_problems where job_id = ${jobId}::uuid))
    on conflict do nothing`);
}

/** In the order of lines, paged by key. */
export async function listProblems(
  db: Database,
  { jobId, after, limit }: {
    jobId: string;
    after?: { line: number; field: string } | undefined;
    limit: number;
  },
): Promise<JobProblem[]> {
  return await db.select({
    line: jobProblems.line,
    field: jobProblems.field,
    problem: jobProblems.problem,
  }).from(jobProblems).where(and(
    eq(jobProblems.jobId, jobId),
    after &&
      sql`(${jobProblems.line} > ${after.line} or (${jobProblems.line} = ${after.line} and ${jobProblems.field} > ${after.field}))`,
  )).orderBy(jobProblems.line, jobProblems.field).limit(limit);
}
