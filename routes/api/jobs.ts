import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import {
  cancelJob,
  findJobProblems,
  findJobs,
  getJob,
} from "../../services/jobs.ts";
import type { AppEnv } from "../env.ts";
import { Job, JOB_EXAMPLE, JobId, toJob } from "./job_schema.ts";
import {
  answer,
  changing,
  guarded,
  HEADERS,
  IdempotencyKey,
  linkNext,
  problems,
} from "./operation.ts";
import { notFoundProblem, problem } from "./problems.ts";
import { refused } from "./refusals.ts";
import { onInvalid } from "./validation.ts";

const access = {
  scope: "users:read",
  permissions: ["user_management", "administration"],
} as const;

const limit = z.coerce.number().int().min(1).max(100).default(50).openapi({
  type: "integer",
});

const Page = z.object({ items: z.array(Job), next: z.uuid().nullable() })
  .openapi("JobPage", { example: { items: [JOB_EXAMPLE], next: null } });

const list = createRoute({
  method: "get",
  path: "/jobs",
  operationId: "listJobs",
  summary: "List jobs",
  tags: ["Jobs"],
  ...guarded({ ...access, description: "Everybody's, the newest first." }),
  request: {
    query: z.strictObject({ limit, cursor: z.uuid().optional() }),
  },
  responses: {
    200: answer(Page, "The jobs", { Link: HEADERS.link }),
    ...problems(),
  },
});

const get = createRoute({
  method: "get",
  path: "/jobs/{id}",
  operationId: "getJob",
  summary: "Get a job",
  tags: ["Jobs"],
  ...guarded({ ...access, description: "With how far it is." }),
  request: { params: JobId },
  responses: { 200: answer(Job, "The job as it is now"), ...problems(404) },
});

const ProblemPage = z.object({
  items: z.array(z.object({
    line: z.int(),
    field: z.string(),
    problem: z.string(),
  })),
  next: z.string().nullable(),
}).openapi("JobProblemPage", {
  example: {
    items: [{ line: 17, field: "email", problem: "is taken" }],
    next: null,
  },
});

const listProblems = createRoute({
  method: "get",
  path: "/jobs/{id}/problems",
  operationId: "listJobProblems",
  summary: "List what is wrong with a job's records",
  tags: ["Jobs"],
  ...guarded({
    ...access,
    description:
      "Of the caller's own job, or with Administration of anybody's. By line of the file, or place in the list; the first 10,000 are kept.",
  }),
  request: {
    params: JobId,
    query: z.strictObject({
      limit,
      cursor: z.string().regex(/^\d{1,9}\..{0,120}$/)
        .refine((it) => !it.includes("\0")).optional().openapi({
          description: "`next` of the page before",
        }),
    }),
  },
  responses: {
    200: answer(ProblemPage, "The problems", { Link: HEADERS.link }),
    ...problems(404),
  },
});

const cancel = createRoute({
  method: "post",
  path: "/jobs/{id}/cancellation",
  operationId: "cancelJob",
  summary: "Cancel a job",
  tags: ["Jobs"],
  ...changing({
    scope: "users:write",
    permissions: ["user_management", "administration"],
    description:
      "The caller's own, or with Administration anybody's. It ends behind the batch that is under way; what was done stays. One that requires new passwords takes the scope passwords:set too.",
    once: true,
  }),
  request: { params: JobId, headers: IdempotencyKey },
  responses: {
    200: answer(Job, "The job, cancelled"),
    ...problems(404, 409, 422),
  },
});

export const jobs = new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
  .openapi(list, async (c) => {
    const { limit, cursor: before } = c.req.valid("query");
    const { jobs, next } = await findJobs(c.var.services, { before, limit });
    linkNext(c, next);
    return c.json({ items: jobs.map(toJob), next: next ?? null }, 200);
  })
  .openapi(get, async (c) => {
    const job = await getJob(c.var.services, c.req.valid("param").id);
    return job ? c.json(toJob(job), 200) : notFoundProblem(c);
  })
  .openapi(listProblems, async (c) => {
    const { id: jobId } = c.req.valid("param");
    const { limit, cursor } = c.req.valid("query");
    const { services, actor } = c.var;
    const found = await findJobProblems(services, {
      actor,
      jobId,
      after: cursor === undefined ? undefined : parseCursor(cursor),
      limit,
    });
    if (!found.ok) return refused(c, found.failure);
    const { problems: items, more } = found.value;
    const last = items.at(-1);
    const next = more && last ? `${last.line}.${last.field}` : undefined;
    linkNext(c, next);
    return c.json({ items, next: next ?? null }, 200);
  })
  .openapi(cancel, async (c) => {
    const { services, actor } = c.var;
    const { id: jobId } = c.req.valid("param");
    const cancelled = await cancelJob(services, { actor, jobId });
    if (cancelled.ok) return c.json(toJob(cancelled.value), 200);
    const { failure } = cancelled;
    return failure.reason === "job_over"
      ? problem(c, "job-over", { detail: "There is nothing left to cancel." })
      : refused(c, failure);
  });

function parseCursor(cursor: string) {
  const dot = cursor.indexOf(".");
  return { line: Number(cursor.slice(0, dot)), field: cursor.slice(dot + 1) };
}
