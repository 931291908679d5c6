import { ImportRefusedError } from "./import_lines.ts";
import { type Job, JobRefusedError } from "./job_batches.ts";
import { describeError, type Log } from "./log.ts";

/**
 * Why a job ends, for the person who asked for it. What nobody foresaw is a fault of the program and is logged
 * with the job's id, since only an operator can read its reason.
 */
export function explainJobFailure(
  { log }: { log: Log },
  { id, kind }: Pick<Job, "id" | "kind">,
  error: unknown,
): string {
  if (error instanceof ImportRefusedError || error instanceof JobRefusedError) {
    return error.message;
  }
  log("error", "job_failed", { job: id, kind, ...describeError(error) });
  return `A fault of Passdesk ended this job, and what was done before it stays; ask your operator for the log's line "job_failed" with the id ${id}.`;
}
