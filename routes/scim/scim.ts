import { Hono } from "hono";
import { authenticateToken } from "../api/authenticate.ts";
import { answerMethods } from "../api/methods.ts";
import { limitRate } from "../api/rate_limit.ts";
import type { AppEnv } from "../env.ts";
import { deadline } from "../frame.ts";
import { discovery } from "./discovery.ts";
import { scimError, scimErrors, scimNotFound } from "./errors.ts";
import { user } from "./user.ts";
import { users } from "./users.ts";

/** Everything under /scim/v2 (RFC 7643 and 7644): identity providers make users and take them away. */
export function createScim() {
  const scim = new Hono<AppEnv>();
  scim.use(scimErrors, deadline, authenticateToken, limitRate);
  scim.route("/", discovery)
    .route("/", users)
    .route("/", user)
    .all(
      "/Me",
      (c) => scimError(c, 501, { detail: "There is no /Me: ask /Users." }),
    );
  scim.all("*", (c) => answerMethods(c, scim) ?? scimNotFound(c));
  return scim;
}
