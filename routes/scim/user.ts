import { type Context, Hono } from "hono";
import {
  changeProvisionedUser,
  type Provisioned,
} from "../../services/provisioning.ts";
import { getUser, readUser, type UserDetails } from "../../services/users.ts";
import type { AppEnv } from "../env.ts";
import { checkSchemas, readBody, startReading } from "./body.ts";
import { READING, refusePassword, REMOVING, WRITING } from "./doors.ts";
import { scimNotFound } from "./errors.ts";
import { isId } from "./filter.ts";
import { readResource } from "./input.ts";
import type { Reading } from "./input_values.ts";
import { readPatch } from "./patch.ts";
import { readProjection } from "./query.ts";
import { otherVersion, refuse } from "./refusals.ts";
import { answerUser } from "./user_answer.ts";
import { versionOf } from "./user_resource.ts";

export const user = new Hono<AppEnv>()
  .get("/Users/:id", READING, async (c) => {
    const { services, actor } = c.var;
    const userId = c.req.param("id");
    const found = isId(userId) && await readUser(services, { actor, userId });
    if (!found) return scimNotFound(c);
    if (names(c.req.header("If-None-Match"), found)) {
      c.header("ETag", versionOf(found));
      return c.body(null, 304);
    }
    return answerUser(c, found);
  })
  .put("/Users/:id", ...WRITING, async (c) => {
    const body = await readBody(c);
    checkSchemas(body);
    return await change(c, (reading) => readResource(reading, body));
  })
  .patch("/Users/:id", ...WRITING, async (c) => {
    const body = await readBody(c);
    return await change(c, (reading) => readPatch(reading, body));
  })
  // Nobody is ever deleted, or the audit log would tell of nobody: the user is disabled.
  .delete("/Users/:id", REMOVING, async (c) => {
    const done = await apply(c, () => ({ active: false }));
    return done instanceof Response ? done : c.body(null, 204);
  });

async function change(c: Context<AppEnv>, read: (reading: Reading) => void) {
  readProjection(c); // before anything is changed
  const done = await apply(c, (user) => {
    const reading = startReading(c, user);
    read(reading);
    return reading.given;
  });
  if (done instanceof Response) return done;
  const user = await getUser(c.var.services, done);
  return user ? answerUser(c, user) : scimNotFound(c);
}

/** Gives the id of who was changed, or the refusal. */
async function apply(
  c: Context<AppEnv>,
  read: (user: UserDetails) => Provisioned,
): Promise<string | Response> {
  const { services, actor } = c.var;
  const userId = c.req.param("id") ?? "";
  const user = isId(userId) && await getUser(services, userId);
  if (!user) return scimNotFound(c);
  const match = c.req.header("If-Match");
  if (match !== undefined && !names(match, user)) return otherVersion(c);
  const given = read(user);
  const refused = await refusePassword(c, given);
  if (refused) return refused;
  const version = match === undefined ? undefined : user.version;
  const changed = await changeProvisionedUser(services, {
    actor,
    userId,
    version,
    given,
  });
  return changed.ok ? userId : refuse(c, changed.failure);
}

/** Whether a list of validators has the one of this version; weak ones do (RFC 7644, 3.14). */
function names(header: string | undefined, user: UserDetails): boolean {
  return header?.split(",")
    .some((it) => ["*", versionOf(user)].includes(it.trim())) ?? false;
}
