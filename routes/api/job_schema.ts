import { z } from "@hono/zod-openapi";
import { JOB_KINDS, JOB_STATES, type JobRow } from "../../services/jobs.ts";

export const EXAMPLE_JOB_ID = "0193cbb4-7a51-7d3e-9f0e-5a3d8f6b2c17";

export const JobId = z.object({
  id: z.uuid().openapi({ example: EXAMPLE_JOB_ID }),
});

export const JOB_EXAMPLE = {
  id: EXAMPLE_JOB_ID,
  kind: "import" as const,
  state: "running" as const,
  actor: { id: "0193cbb4-7a51-7d3e-9f0e-5a3d8f6b2c15", name: "Hilde Desk" },
  dryRun: false,
  read: 24000,
  changed: 22000,
  skipped: 0,
  refused: 2000,
  failure: null,
  createdAt: "2026-11-23T09:30:00.000Z",
  startedAt: "2026-11-23T09:30:01.000Z",
  endedAt: null,
};

const count = (description: string) => z.int().openapi({ description });

export const Job = z.object({
  id: z.uuid(),
  kind: z.enum(JOB_KINDS),
  state: z.enum(JOB_STATES),
  actor: z.object({ id: z.uuid(), name: z.string().nullable() }).nullable()
    .openapi({ description: "Who asked for it; null for the command line" }),
  dryRun: z.boolean(),
  read: count("Records read so far"),
  changed: count("Of these done; in a dry run, those that could be"),
  skipped: count("Left out: there was nothing to do"),
  refused: count("Not done; see the problems"),
  failure: z.string().nullable().openapi({ description: "Why it failed" }),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
}).openapi("Job", {
  example: JOB_EXAMPLE,
});

export function toJob(job: JobRow): z.output<typeof Job> {
  const { id, kind, state, read, changed, skipped, refused, failure } = job;
  return {
    id,
    kind,
    state,
    actor: job.actorId && { id: job.actorId, name: job.actorName },
    dryRun: job.dryRun,
    read,
    changed,
    skipped,
    refused,
    failure,
    createdAt: job.createdAt.toISOString(),
    startedAt: job.startedAt?.toISOString() ?? null,
    endedAt: job.endedAt?.toISOString() ?? null,
  } as z.output<typeof Job>;
}
