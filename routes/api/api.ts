import { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../env.ts";
import { deadline } from "../frame.ts";
import { auditEvents } from "./audit_events.ts";
import { authenticate } from "./authenticate.ts";
import { contractOf, registerSecurity } from "./contract.ts";
import { userExports } from "./exports.ts";
import { imports } from "./imports.ts";
import { jobs } from "./jobs.ts";
import { me } from "./me.ts";
import { answerMethods } from "./methods.ts";
import { passwordRequirements } from "./password_requirements.ts";
import { notFoundProblem } from "./problems.ts";
import { limitRate } from "./rate_limit.ts";
import { sessions } from "./sessions.ts";
import { tokens } from "./tokens.ts";
import { user } from "./user.ts";
import { userDisablement } from "./user_disablement.ts";
import { userPassword } from "./user_password.ts";
import { userPermissions } from "./user_permissions.ts";
import { userResetLinks } from "./user_reset_links.ts";
import { userSecondFactor } from "./user_second_factor.ts";
import { userSessions } from "./user_sessions.ts";
import { users } from "./users.ts";

/** Everything under /api/v1: what staff can do, from a program; and its contract. */
export function createApi() {
  const api = new OpenAPIHono<AppEnv>();
  registerSecurity(api);
  api.use(deadline, authenticate, limitRate);
  api.route("/", me)
    .route("/", users)
    .route("/", user)
    .route("/", userDisablement)
    .route("/", userPermissions)
    .route("/", userPassword)
    .route("/", userResetLinks)
    .route("/", userSecondFactor)
    .route("/", userSessions)
    .route("/", sessions)
    .route("/", auditEvents)
    .route("/", tokens)
    .route("/", imports)
    .route("/", passwordRequirements)
    .route("/", userExports)
    .route("/", jobs);
  const contract = contractOf(api);
  api.get("/openapi.json", (c) => c.json(contract));
  api.all("*", (c) => answerMethods(c, api) ?? notFoundProblem(c));
  return { api, contract };
}
