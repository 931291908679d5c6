import type { Permission } from "../db/schema.ts";
import type { Scope } from "../db/schema_programs.ts";

/** What somebody may do to somebody; `services/authorization.ts` asks. */
export type Action =
  | "create_user"
  | "edit_user"
  | "change_email"
  | "set_password"
  | "require_new_password"
  | "disable_user"
  | "enable_user"
  | "end_sessions"
  | "end_all_sessions"
  | "remove_second_factor"
  | "send_reset_link"
  | "settle_report"
  | "change_permissions"
  | "cancel_others_import"
  | "cancel_others_requirement"
  | "read_others_problems"
  | "manage_tokens"
  | "manage_webhooks"
  | "export_users";

/** What an action takes: a permission or two, and where a program does it, a scope of its token. */
interface Needed {
  permission: Permission;
  also?: Permission;
  scope: Scope | null;
}

export const NEEDED: Record<Action, Needed> = {
  create_user: { permission: "user_management", scope: "users:write" },
  edit_user: { permission: "user_management", scope: "users:write" },
  change_email: { permission: "user_management", scope: "users:write" },
  set_password: { permission: "user_management", scope: "passwords:set" },
  require_new_password: {
    permission: "user_management",
    scope: "passwords:set",
  },
  disable_user: { permission: "user_management", scope: "users:write" },
  enable_user: { permission: "user_management", scope: "users:write" },
  end_sessions: { permission: "user_management", scope: "sessions:end" },
  end_all_sessions: { permission: "administration", scope: "sessions:end" },
  remove_second_factor: {
    permission: "user_management",
    scope: "passwords:set",
  },
  send_reset_link: { permission: "user_management", scope: "passwords:set" },
  settle_report: { permission: "user_management", scope: null }, // for people alone
  change_permissions: {
    permission: "administration",
    scope: "permissions:write",
  },
  cancel_others_import: { permission: "administration", scope: "users:write" },
  cancel_others_requirement: {
    permission: "administration",
    scope: "passwords:set",
  },
  read_others_problems: { permission: "administration", scope: "users:read" },
  export_users: { permission: "user_management", scope: "users:read" },
  manage_tokens: { permission: "administration", scope: "tokens:manage" },
  manage_webhooks: {
    permission: "administration",
    also: "audit_log", // which is what a webhook sends away
    scope: null,
  },
};

/**
 * Actions after which somebody can sign in as the subject who could not before. Done to a holder of a permission, they
 * give that permission away, so a program needs the scope for that too.
 */
export const TAKING_OVER: ReadonlySet<Action> = new Set([
  "enable_user",
  "change_email",
  "set_password",
  "remove_second_factor",
]);
