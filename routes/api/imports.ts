import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { DEFAULT_BATCH } from "../../services/imports.ts";
import { receiveImport } from "../../services/import_uploads.ts";
import type { ImportFormat } from "../../services/import_lines.ts";
import type { AppEnv } from "../env.ts";
import { Job, toJob } from "./job_schema.ts";
import {
  answer,
  BODY_PROBLEMS,
  guarded,
  HEADERS,
  problems,
} from "./operation.ts";
import { problem } from "./problems.ts";
import { refused } from "./refusals.ts";
import { onInvalid } from "./validation.ts";

const FORMATS: Record<string, ImportFormat> = {
  "text/csv": "csv",
  "application/x-ndjson": "ndjson",
};

const yes = z.enum(["true", "false"]).default("false")
  .transform((it) => it === "true");

const create = createRoute({
  method: "post",
  path: "/imports",
  operationId: "importUsers",
  summary: "Import users",
  tags: ["Jobs"],
  ...guarded({
    scope: "users:write",
    permissions: ["user_management"],
    description:
      "The file as it is, of any size that is allowed; it is taken in as it arrives and then imported by a job. With password hashes in it, the scope passwords:set is needed too.",
  }),
  request: {
    query: z.strictObject({
      dry_run: yes.openapi({ description: "Only tell what is wrong" }),
      skip_existing: yes.openapi({
        description: "Leave out users whose username is there already",
      }),
    }),
    body: {
      required: true,
      content: {
        "text/csv": {
          schema: z.string(),
          example: "username,name,email\nanna.mueller,Anna Müller,\n",
        },
        "application/x-ndjson": {
          schema: z.string(),
          example: '{"username":"anna.mueller","name":"Anna Müller"}\n',
        },
      },
    },
  },
  responses: {
    202: answer(Job, "The job", { Location: HEADERS.location }),
    ...problems(409, ...BODY_PROBLEMS),
  },
});

export const imports = new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
  .openapi(create, async (c) => {
    const { services, actor } = c.var;
    const { dry_run: dryRun, skip_existing: skipExisting } = c.req.valid(
      "query",
    );
    const type = c.req.header("Content-Type")?.toLowerCase().split(";")[0];
    const format = FORMATS[type?.trim() ?? ""];
    if (!format) throw new HTTPException(415);
    const received = await receiveImport(services, {
      actor,
      options: { format, dryRun, skipExisting, batch: DEFAULT_BATCH },
      body: c.req.raw.body ?? new Blob([]).stream(),
    });
    if (received.ok) {
      c.header("Location", `/api/v1/jobs/${received.value.id}`);
      return c.json(toJob(received.value), 202);
    }
    const { failure } = received;
    switch (failure.reason) {
      case "empty":
        return problem(c, "invalid", { detail: "The file is empty." });
      case "too_large":
        return problem(c, "too-large", {
          detail: `A file may have ${failure.maxMegabytes} MB. Divide it.`,
        });
      case "too_many":
        return problem(c, "too-many", {
          detail: `${failure.most} imports wait or run. Let one end first.`,
        });
      case "job_over":
        return problem(c, "job-over", {
          detail:
            "It was cancelled while the file arrived, or the database was away for too long. Send it again.",
        });
      default:
        return refused(c, failure);
    }
  });
