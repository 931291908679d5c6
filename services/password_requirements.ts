import {
  type JobSubject,
  listUserIds,
  lockSubjects,
} from "../db/job_subjects.ts";
import { requireNewPasswords } from "../db/passwords.ts";
import type { Database } from "../db/client.ts";
import type { UserFilter } from "../db/user_search.ts";
import { recordAudits } from "./audit.ts";
import { forbids, type Standing } from "./authorization.ts";
import type { ServiceContext } from "./context.ts";
import { endAccessOf } from "./ended_access.ts";
import {
  askRight,
  type BatchOutcome,
  type Job,
  type JobProblem,
  runBatch,
} from "./job_batches.ts";

/** Whose password has to be replaced: a list, in the order of ids and each once, or whoever a filter lets through. */
export type PasswordRequirement = { ids: string[] } | { filter: UserFilter };

const BATCH = 500;

/**
 * Their passwords become temporary ones without an end: they sign in for the replacement alone. Sessions and
 * API tokens end. Oneself and whoever outranks the one who asked are left out and told.
 *
 * @returns whether it came to its end, and not another worker's or somebody's will
 */
export async function runPasswordRequirement(
  context: ServiceContext,
  given: Job,
  stopping: AbortSignal,
): Promise<boolean> {
  let job = given;
  while (!stopping.aborted) {
    const moved = await runBatch(context, job, (tx) => batch(tx, context, job));
    if (!moved) return false;
    if (moved.cursor === job.cursor) return true;
    job = moved;
  }
  return false;
}

async function batch(
  tx: Database,
  context: ServiceContext,
  job: Job,
): Promise<BatchOutcome> {
  const ids = await nextIds(tx, job);
  const all = job.actorId === null ? ids : [...ids, job.actorId];
  const found = await lockSubjects(tx, all); // the actor among them, so that the order of locks is one
  const standing = await askRight(tx, context, {
    job,
    action: "require_new_password",
  });
  const subjects = new Map(found.map((it) => [it.id, it]));
  const problems: JobProblem[] = [];
  const due: string[] = [];
  let skipped = 0;
  ids.forEach((id, at) => {
    const problem = whyNot(standing, subjects.get(id));
    if (problem === "has none to replace") skipped++;
    else if (problem === undefined) due.push(id);
    else problems.push({ line: job.read + at + 1, field: id, problem });
  });
  await requireNewPasswords(tx, due);
  const ended = await endAccessOf(tx, {
    change: "new_password_required",
    userIds: due,
  });
  await recordAudits(
    tx,
    context,
    due.map((subjectId) => ({
      event: "password_change_required",
      actorId: job.actorId,
      subjectId,
      detail: { job: job.id, ...ended(subjectId) },
    })),
  );
  return {
    cursor: ids.at(-1) ?? job.cursor,
    read: ids.length,
    changed: due.length,
    skipped,
    refused: problems.length,
    problems,
  };
}

async function nextIds(tx: Database, { input, cursor }: Job) {
  const whom = input.whom as PasswordRequirement;
  if ("filter" in whom) {
    const { filter } = whom;
    return await listUserIds(tx, { filter, after: cursor, limit: BATCH });
  }
  const first = cursor === null ? 0 : whom.ids.findIndex((it) => it > cursor);
  return first === -1 ? [] : whom.ids.slice(first, first + BATCH);
}

function whyNot(standing: Standing | null, subject: JobSubject | undefined) {
  if (!subject) return "There is no such user.";
  const forbidden = standing &&
    forbids(standing, "require_new_password", subject);
  if (forbidden?.reason === "oneself") {
    return "Nobody does this to the own account.";
  }
  if (forbidden) return "The user holds a permission that the caller lacks.";
  // Nothing to replace, or to be replaced already.
  return subject.temporary === false ? undefined : "has none to replace";
}
