import type { Context } from "hono";
import type { ProvisionedUser } from "../../services/provisioned_users.ts";
import type { AppEnv } from "../env.ts";
import { declaredNames } from "./body.ts";
import { scimJson } from "./errors.ts";
import { project, type Projection } from "./projection.ts";
import { readProjection } from "./query.ts";
import { locationOf, toResource, versionOf } from "./user_resource.ts";

export function render(
  c: Context<AppEnv>,
  user: ProvisionedUser,
  projection: Projection,
) {
  const { PUBLIC_URL: publicUrl } = c.var.services.settings;
  const resource = toResource(user, { publicUrl, declared: declaredNames(c) });
  return project(resource, projection);
}

export function answerUser(
  c: Context<AppEnv>,
  user: ProvisionedUser,
  status: 200 | 201 = 200,
) {
  const { PUBLIC_URL } = c.var.services.settings;
  c.header("ETag", versionOf(user));
  if (status === 201) c.header("Location", locationOf(PUBLIC_URL, user.id));
  return scimJson(c, render(c, user, readProjection(c)), status);
}
