import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { ImportFormat } from "../../services/import_lines.ts";
import { exportUsers } from "../../services/user_export.ts";
import type { AppEnv } from "../env.ts";
import { guarded, problems } from "./operation.ts";
import { problem } from "./problems.ts";
import { refused } from "./refusals.ts";
import { onInvalid } from "./validation.ts";
import { streamed } from "./streamed.ts";

const yes = z.enum(["true", "false"]).optional()
  .transform((it) => it === "true" || undefined);

const TYPES: Record<ImportFormat, string> = {
  csv: "text/csv; charset=utf-8; header=present",
  ndjson: "application/x-ndjson",
};

const users = createRoute({
  method: "get",
  path: "/exports/users",
  operationId: "exportUsers",
  summary: "Export users",
  tags: ["Jobs"],
  ...guarded({
    scope: "users:read",
    permissions: ["user_management"],
    description:
      "In the order of ids, as it is read; never a hash. A cell that a spreadsheet would take for a formula begins with an apostrophe. That it was asked for is recorded.",
  }),
  request: {
    query: z.strictObject({
      format: z.enum(["csv", "ndjson"]).optional().openapi({
        description: "Without it, Accept says which; else CSV",
      }),
      state: z.enum(["active", "disabled"]).optional(),
      temporary: yes,
      staff: yes,
    }),
  },
  responses: {
    200: {
      description: "The users",
      content: {
        "text/csv": {
          schema: z.string(),
          example: '"id","username","name"\r\n',
        },
        "application/x-ndjson": {
          schema: z.string(),
          example: '{"username":"anna.mueller","name":"Anna Müller"}\n',
        },
      },
    },
    ...problems(406),
  },
});

export const userExports = new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
  .openapi(users, async (c) => {
    const { services, actor } = c.var;
    const { format: wanted, ...filter } = c.req.valid("query");
    const format = wanted ?? accepted(c.req.header("Accept"));
    if (!format) {
      return problem(c, "not-acceptable", {
        detail: "There are text/csv and application/x-ndjson.",
      });
    }
    const exported = await exportUsers(services, { actor, format, filter });
    if (!exported.ok) {
      const { failure } = exported;
      if (failure.reason !== "throttled") return refused(c, failure);
      c.header("Retry-After", `${failure.retryAfterSeconds}`);
      return problem(c, "throttled", {
        detail: `Try again in ${failure.retryAfterSeconds} seconds.`,
      });
    }
    c.header("Content-Type", TYPES[format]);
    c.header("Content-Disposition", `attachment; filename="users.${format}"`);
    return c.body(streamed(c, exported.value)) as never;
  });

function accepted(accept = "*/*"): ImportFormat | undefined {
  if (accept.includes("application/x-ndjson")) return "ndjson";
  return /text\/(csv|\*)|\*\/\*/.test(accept) ? "csv" : undefined;
}
