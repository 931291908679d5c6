import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import { findReports, settleReport } from "../services/reports.ts";
import { refusalText } from "../views/refusals.ts";
import { Reports, ReportsPage } from "../views/reports.tsx";
import type { AppEnv } from "./env.ts";
import { readFields, readQuery } from "./form.ts";
import { SETTLER_INVOLVED } from "./messages.ts";
import { ID } from "./paths.ts";
import { respond } from "./respond.tsx";
import { notFound } from "./trouble.tsx";

const Fields = z.object({ enable: z.literal("yes").optional() });
const Query = z.object({ before: z.uuid().optional().catch(undefined) });

/** The list of what users said was not them. */
export const reports = new Hono<AppEnv>()
  .get("/", (c) => respondList(c, {}))
  .post(`/${ID}/settlement`, async (c) => {
    const { services, actor } = c.var;
    const enable = readFields(c, Fields).enable === "yes";
    const settled = await settleReport(services, {
      actor,
      reportId: c.req.param("id"),
      enable,
    });
    if (settled.ok) {
      return await respondList(c, {
        notice: enable
          ? "The report is settled, and the account is enabled. Set a new password now."
          : "The report is settled.",
      });
    }
    const { failure } = settled;
    switch (failure.reason) {
      case "not_found":
        return notFound(c);
      case "settler_involved":
        return await respondList(c, {
          refusal: SETTLER_INVOLVED,
          status: 403,
        });
      case "last_administrator":
      case "report_open":
        throw new Error("enabling is refused for neither");
      default:
        return await respondList(c, {
          refusal: refusalText(failure),
          status: 403,
        });
    }
  });

async function respondList(
  c: Context<AppEnv>,
  { status = 200, ...said }: {
    notice?: string;
    refusal?: string;
    status?: 200 | 403;
  },
) {
  const { before } = readQuery(c, Query);
  return respond(c, {
    page: ReportsPage,
    fragment: Reports,
    props: { ...await findReports(c.var.services, { before }), ...said },
    status,
  });
}
