import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { AUDIT_EVENTS } from "../../services/audit.ts";
import {
  type AuditEventRow,
  auditEventsSince,
  findAuditEvents,
} from "../../services/audit_log.ts";
import type { AppEnv } from "../env.ts";
import {
  answer,
  guarded,
  HEADERS,
  linkNext,
  pageSize,
  problems,
} from "./operation.ts";
import { notFoundProblem } from "./problems.ts";
import { EXAMPLE_ID } from "./user_schema.ts";
import { onInvalid } from "./validation.ts";
import { streamed } from "./streamed.ts";

const EVENT_EXAMPLE = {
  id: "0193cbb4-7a51-7d3e-9f0e-5a3d8f6b2c14",
  at: "2026-11-23T09:30:00.000Z",
  event: "authn_password_set",
  actor: { id: "0193cbb4-7a51-7d3e-9f0e-5a3d8f6b2c15", name: "Hilde Desk" },
  subject: { id: EXAMPLE_ID, name: "Anna Müller" },
  address: "192.0.2.7",
  requestId: "0193cbb4-7a51-7d3e-9f0e-5a3d8f6b2c16",
  detail: { reason: "no_mailbox", temporary: true, sessions: 1 },
};

const Person = z.object({
  id: z.uuid(),
  name: z.string().nullable(),
}).nullable();

const AuditEvent = z.object({
  id: z.uuid(),
  at: z.iso.datetime(),
  event: z.string(),
  actor: Person,
  subject: Person,
  address: z.string(),
  requestId: z.string(),
  detail: z.record(z.string(), z.unknown()),
}).openapi("AuditEvent", { example: EVENT_EXAMPLE });

const Page = z.object({ items: z.array(AuditEvent), next: z.uuid().nullable() })
  .openapi("AuditEventPage", {
    example: { items: [EVENT_EXAMPLE], next: null },
  });

/** As far as the ids of events tell it. */
const Moment = z.iso.datetime().refine(
  (it) => it >= "1970" && it < "9999",
  "Use a year from 1970 on.",
);

const access = { scope: "audit:read", permissions: ["audit_log"] } as const;

const list = createRoute({
  method: "get",
  path: "/audit-events",
  operationId: "listAuditEvents",
  summary: "List audit events",
  tags: ["Audit"],
  ...guarded({ ...access, description: "The newest first." }),
  request: {
    query: z.strictObject({
      person: z.string().max(320).default("").openapi({
        description: "Username or email of who did it or to whom it was done",
        example: "anna.mueller",
      }),
      event: z.enum(AUDIT_EVENTS).optional(),
      from: Moment.optional().openapi({
        description: "Not before this time (RFC 3339, UTC)",
      }),
      until: Moment.optional().openapi({
        description: "Before this time",
      }),
      ahead: z.enum(["true", "false"]).default("false").openapi({
        description:
          "Only events whose time lies in the future, which are left out otherwise: Passdesk did not write them, or its clock was wrong",
      }),
      limit: pageSize({ usual: 50, most: 100 }),
      cursor: z.uuid().optional(),
    }),
  },
  responses: {
    200: answer(Page, "The events", { Link: HEADERS.link }),
    ...problems(404),
  },
});

const stream = createRoute({
  method: "get",
  path: "/audit-events/stream",
  operationId: "streamAuditEvents",
  summary: "Read audit events in order",
  tags: ["Audit"],
  ...guarded({
    ...access,
    description:
      "For a SIEM: the oldest first, one line of JSON each, from behind `after` up to what is settled (the last two minutes may still be written). Ask again with the last line's id.",
  }),
  request: {
    query: z.strictObject({
      after: z.uuid().optional().openapi({
        description: "The id of the last line that was read",
      }),
    }),
  },
  responses: {
    200: {
      description: "One AuditEvent in each line",
      content: {
        "application/x-ndjson": {
          schema: z.string(),
          example: JSON.stringify(EVENT_EXAMPLE) + "\n",
        },
      },
    },
    ...problems(),
  },
});

export const auditEvents = new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
  .openapi(list, async (c) => {
    const { cursor, from, until, ahead, ...query } = c.req.valid("query");
    const { events, next, personUnknown } = await findAuditEvents(
      c.var.services,
      {
        ...query,
        ahead: ahead === "true",
        from: from ? new Date(from) : undefined,
        until: until ? new Date(until) : undefined,
        before: cursor,
      },
    );
    if (personUnknown) return notFoundProblem(c);
    linkNext(c, next);
    return c.json({ items: events.map(toEvent), next: next ?? null }, 200);
  })
  .openapi(stream, (c) => {
    const { services, actor } = c.var;
    const { after } = c.req.valid("query");
    const events = auditEventsSince(services, { actor, after });
    c.header("Content-Type", "application/x-ndjson");
    return c.body(streamed(c, lines(events))) as never;
  });

async function* lines(pages: AsyncIterable<AuditEventRow[]>) {
  for await (const events of pages) {
    yield events.map((it) => JSON.stringify(toEvent(it)) + "\n").join("");
  }
}

function toEvent(row: AuditEventRow): z.output<typeof AuditEvent> {
  const { id, at, event, address, requestId, detail } = row;
  return {
    id,
    at: at.toISOString(),
    event,
    actor: toPerson(row.actorId, row.actorName),
    subject: toPerson(row.subjectId, row.subjectName),
    address,
    requestId,
    detail,
  };
}

function toPerson(id: string | null, name: string | null) {
  return id === null ? null : { id, name };
}
