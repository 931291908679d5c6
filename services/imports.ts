import type { Database } from "../db/client.ts";
import {
  findExistingKeys,
  type ImportedUser,
  insertImportedUsers,
} from "../db/imports.ts";
import { findLookAlikes } from "../db/look_alikes.ts";
import { uniqueViolation } from "../db/unique.ts";
import { recordAudit } from "./audit.ts";
import type { ServiceContext } from "./context.ts";
import { dearestCost } from "./hash_cost.ts";
import { hashParameters } from "./config.ts";
import {
  type ImportBatch,
  type ImportOptions,
  readBatches,
} from "./import_batches.ts";
import { LOOK_ALIKE } from "./import_records.ts";
import {
  askRight,
  type BatchOutcome,
  type Job,
  type JobProblem,
  runBatch,
} from "./job_batches.ts";

export const DEFAULT_BATCH = 2_000;

/** Somebody took a username in the same moment: the batch is judged once more. */
const TRIES = 3;

/**
 * Goes on with an import behind the last batch that was written. A batch is one transaction: all of its records
 * or, with one bad line in it, none; then every bad line is kept, and the next batch follows.
 *
 * @param bytes the whole file, the same as when it began
 * @returns whether it came to its end, and not another worker's or somebody's will
 * @throws {ImportRefusedError} the file can't be read
 * @throws {JobRefusedError} whoever asked for it may no longer do this
 */
export async function runImport(
  context: ServiceContext,
  given: Job,
  { bytes, stopping, onBatch = () => {} }: {
    bytes: AsyncIterable<Uint8Array>;
    stopping?: AbortSignal;
    onBatch?: (job: Job) => void;
  },
): Promise<boolean> {
  const options = given.input as unknown as ImportOptions;
  let job = given;
  const batches = readBatches(bytes, {
    options,
    attributes: context.settings.USER_ATTRIBUTES,
    dearest: dearestCost(hashParameters(context.settings)),
    after: Number(job.cursor ?? 0),
  });
  for await (const batch of batches) {
    if (stopping?.aborted) return false;
    const moved = await writeBatch(context, job, { batch, options });
    if (!moved) return false;
    job = moved;
    onBatch(job);
  }
  return true;
}

async function writeBatch(
  context: ServiceContext,
  job: Job,
  given: { batch: ImportBatch; options: ImportOptions },
): Promise<Job | undefined> {
  for (let tries = 1;; tries++) {
    try {
      return await runBatch(
        context,
        job,
        (tx) => write(tx, context, { job, ...given }),
      );
    } catch (error) {
      if (!uniqueViolation(error) || tries === TRIES) throw error;
    }
  }
}

async function write(
  tx: Database,
  context: ServiceContext,
  { job, batch, options: { dryRun, skipExisting } }: {
    job: Job;
    batch: ImportBatch;
    options: ImportOptions;
  },
): Promise<BatchOutcome> {
  await askRight(tx, context, { job, action: "create_user" });
  if (batch.users.some((it) => it.user.passwordHash !== null)) {
    await askRight(tx, context, { job, action: "set_password" });
  }
  const there = await findExistingKeys(tx, batch.users.map((it) => it.user));
  const wanted = skipExisting
    ? batch.users.filter((it) => !there.usernames.has(it.user.usernameKey))
    : batch.users;
  const alike = await findLookAlikes(
    tx,
    wanted.map((it) => it.user.username),
  );
  const taken = takenProblems(wanted, { ...there, alike });
  const skipped = batch.users.length - wanted.length;
  const rest = batch.records - skipped;
  const good = !batch.bad && taken.length === 0;
  if (good && !dryRun && wanted.length > 0) {
    await insertImportedUsers(tx, {
      users: wanted.map((it) => withinModes(it.user, context, job)),
      setBy: job.actorId,
    });
    await recordAudit(tx, context, {
      event: "users_imported",
      actorId: job.actorId,
      detail: {
        job: job.id,
        users: wanted.length,
        lines: `${batch.firstLine}-${batch.lastLine}`,
      },
    });
  }
  return {
    cursor: `${batch.lastLine}`,
    read: batch.records,
    changed: good ? rest : 0,
    skipped,
    refused: good ? 0 : rest,
    problems: [...batch.problems, ...taken],
  };
}

/** Where staff may not choose passwords, a hash of theirs is good for its replacement alone. */
function withinModes(
  user: ImportedUser,
  { settings }: ServiceContext,
  { actorId }: Job,
): ImportedUser {
  const chosen = actorId !== null && user.passwordHash !== null &&
    !settings.PASSWORD_MODES.includes("typed");
  return chosen ? { ...user, temporary: true } : user;
}

function takenProblems(
  users: ImportBatch["users"],
  { usernames, emails, alike }:
    & Awaited<ReturnType<typeof findExistingKeys>>
    & { alike: Set<string> },
): JobProblem[] {
  const problem = "is taken";
  return users.flatMap(({ line, user: { usernameKey, emailKey } }) => [
    ...(usernames.has(usernameKey)
      ? [{ line, field: "username", problem }]
      : alike.has(usernameKey)
      ? [{ line, field: "username", problem: LOOK_ALIKE }]
      : []),
    ...(emailKey !== null && emails.has(emailKey)
      ? [{ line, field: "email", problem }]
      : []),
  ]);
}
