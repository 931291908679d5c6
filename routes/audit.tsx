import { Hono } from "hono";
import { z } from "zod";
import { AUDIT_EVENTS } from "../services/audit.ts";
import { findAuditEvents } from "../services/audit_log.ts";
import { AuditLogPage, AuditResults } from "../views/audit.tsx";
import type { AppEnv } from "./env.ts";
import { readQuery } from "./form.ts";
import { respond } from "./respond.tsx";

const Query = z.object({
  person: z.string().default("").transform((it) => it.trim().slice(0, 254)),
  event: z.enum(AUDIT_EVENTS).optional().catch(undefined),
  from: z.string().default(""),
  until: z.string().default(""),
  before: z.uuid().optional().catch(undefined),
  ahead: z.literal("yes").optional().catch(undefined),
});

const NOT_A_DAY = "Write the day like 2026-11-23.";

export const audit = new Hono<AppEnv>()
  .get("/", async (c) => {
    const { from, until, ...query } = readQuery(c, Query);
    const errors = {
      ...(from !== "" && !isDay(from) && { from: NOT_A_DAY }),
      ...(until !== "" && !isDay(until) && { until: NOT_A_DAY }),
    };
    const found = Object.keys(errors).length > 0
      ? { events: [], personUnknown: false }
      : await findAuditEvents(c.var.services, {
        ...query,
        ahead: query.ahead === "yes",
        from: from === "" ? undefined : dayStart(from),
        until: until === "" ? undefined : dayStart(until, 1),
      });
    return respond(c, {
      page: AuditLogPage,
      fragment: AuditResults,
      props: { ...found, query: { ...query, from, until }, errors },
      status: Object.keys(errors).length > 0 ? 422 : 200,
    });
  });

function isDay(text: string) {
  const date = z.iso.date().safeParse(text);
  const year = Number(text.slice(0, 4));
  return date.success && year >= 1970 && year < 9999;
}

/** The beginning of a day, UTC, or of some days later: both ends of a filter are included. */
function dayStart(day: string, later = 0) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + later * 24 * 3600 * 1000);
}
