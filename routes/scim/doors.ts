import type { Context } from "hono";
import type { Provisioned } from "../../services/provisioning.ts";
import { requireAccess } from "../api/access.ts";
import { strictBody } from "../api/json_body.ts";
import type { AppEnv } from "../env.ts";

export const READING = requireAccess({
  scope: "users:read",
  permissions: ["user_management", "administration"],
});

const CHANGING = requireAccess({
  scope: "users:write",
  permissions: ["user_management"],
});

/** Of what takes no body. */
export const REMOVING = CHANGING;

export const WRITING = [
  CHANGING,
  strictBody({
    types: ["application/scim+json", "application/json"],
    needed: true,
  }),
] as const;

const SETTING = requireAccess({
  scope: "passwords:set",
  permissions: ["user_management"],
});

/** A password in a request takes a scope of its own; undefined where it is there, or there is none. */
export async function refusePassword(
  c: Context<AppEnv>,
  { password }: Provisioned,
): Promise<Response | undefined> {
  if (password === undefined) return undefined;
  return await SETTING(c, () => Promise.resolve()) ?? undefined;
}
