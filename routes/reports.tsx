import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import { findReports, settleReport } from "../services/reports.ts";
import { refusalText } from "../views/refusals.ts";
import { Reports, ReportsPage } from "../views/reports.tsx";
import type { AppEnv } from "./env.ts";
import { readQuery } from "./form.ts";
import { ID } from "./paths.ts";
import { respond } from "./respond.tsx";
import { notFound } from "./trouble.tsx";

const Query = z.object({ before: z.uuid().optional().catch(undefined) });

/** The list of what users said was not them. */
export const reports = new Hono<AppEnv>()
  .get("/", (c) => respondList(c, {}))
  .post(`/${ID}/settlement`, async (c) => {
    const { services, actor } = c.var;
    const settled = await settleReport(services, {
      actor,
      reportId: c.req.param("id"),
    });
    if (settled.ok) {
      return await respondList(c, { notice: "The report is settled." });
    }
    return settled.failure.reason === "not_found"
      ? notFound(c)
      : await respondList(c, {
        refusal: refusalText(settled.failure),
        status: 403,
      });
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
