import { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../env.ts";
import { deadline } from "../frame.ts";
import { authenticate } from "./authenticate.ts";
import { INFO, registerSecurity } from "./contract.ts";
import { me } from "./me.ts";
import { answerMethods } from "./methods.ts";
import { notFoundProblem } from "./problems.ts";
import { limitRate } from "./rate_limit.ts";
import { user } from "./user.ts";
import { users } from "./users.ts";

/** Everything under /api/v1: what staff can do, from a program. */
export function createApi() {
  const api = new OpenAPIHono<AppEnv>();
  registerSecurity(api);
  api.use(deadline, authenticate, limitRate);
  api.route("/", me)
    .route("/", users)
    .route("/", user);
  const contract = api.getOpenAPI31Document(INFO);
  api.get("/openapi.json", (c) => c.json(contract));
  api.all("*", (c) => answerMethods(c, api) ?? notFoundProblem(c));
  return api;
}
