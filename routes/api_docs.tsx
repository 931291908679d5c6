import { Hono } from "hono";
import { ApiDocsPage, ProblemsPage } from "../views/api_docs.tsx";
import { PROBLEMS } from "./api/problems.ts";
import type { AppEnv } from "./env.ts";
import { respond } from "./respond.tsx";
import { allowViewer } from "./security_headers.ts";

/** The contract and its refusals, for people. */
export const apiDocs = new Hono<AppEnv>()
  .get("/docs", (c) => {
    allowViewer(c);
    return respond(c, { page: ApiDocsPage, props: {} });
  })
  .get("/problems", (c) =>
    respond(c, {
      page: ProblemsPage,
      props: {
        problems: Object.entries(PROBLEMS).map((
          [name, [status, title]],
        ) => ({ name, status, title })),
      },
    }));
