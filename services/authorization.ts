import type { Database } from "../db/client.ts";
import { findActor, lockParties, type Party } from "../db/permissions.ts";
import type { Permission } from "../db/schema.ts";
import type { Scope } from "../db/schema_programs.ts";
import { recordAudit } from "./audit.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { requiresSecondFactor } from "./second_factor_rules.ts";
import { ok, refuse, type Result } from "./result.ts";

export type Action =
  | "create_user"
  | "edit_user"
  | "change_email"
  | "set_password"
  | "require_new_password"
  | "disable_user"
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

const NEEDED: Record<Action, Needed> = {
  create_user: { permission: "user_management", scope: "users:write" },
  edit_user: { permission: "user_management", scope: "users:write" },
  change_email: { permission: "user_management", scope: "users:write" },
  set_password: { permission: "user_management", scope: "passwords:set" },
  require_new_password: {
    permission: "user_management",
    scope: "passwords:set",
  },
  disable_user: { permission: "user_management", scope: "users:write" },
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
 * Actions after which another one can sign in as the subject. Done to a holder of a permission, they give that
 * permission away, so a program needs the scope for that too.
 */
const TAKING_OVER: ReadonlySet<Action> = new Set([
  "change_email",
  "set_password",
  "remove_second_factor",
]);

/** Why somebody may not do something to somebody; a page says it in words. */
export type Forbidden =
  | { reason: "missing_permission"; permission: Permission }
  | {
    reason: "missing_scope";
    scope: Scope | null;
    /** Needed only because the subject holds a permission. */
    forHolder?: true;
  }
  | { reason: "oneself" }
  | { reason: "outranked"; permission: Permission };

export type Standing = Pick<Party, "id" | "disabled" | "permissions"> & {
  /** Of a program's token; without it, whoever asks is a person. */
  scopes?: Scope[] | undefined;
};

/**
 * The one rule of who may do what to whom: hold what it takes, never to oneself, never to somebody who
 * holds a permission that one lacks (ASVS 8.2.1 to 8.2.3). A program does what its owner may, and of that
 * what its token names (ASVS 8.3.3).
 *
 * @returns undefined where it is allowed
 */
export function forbids(
  actor: Standing | undefined,
  action: Action,
  subject?: Standing,
): Forbidden | undefined {
  const { permission, also, scope } = NEEDED[action];
  if (!actor || actor.disabled || !actor.permissions.includes(permission)) {
    return { reason: "missing_permission", permission };
  }
  if (also && !actor.permissions.includes(also)) {
    return { reason: "missing_permission", permission: also };
  }
  if (actor.scopes && (scope === null || !actor.scopes.includes(scope))) {
    return { reason: "missing_scope", scope };
  }
  if (!subject) return undefined;
  if (actor.id === subject.id) return { reason: "oneself" };
  // Who grants permissions can't be kept from anybody by the lack of one.
  if (action === "change_permissions") return undefined;
  const lacked = subject.permissions.find((it) =>
    !actor.permissions.includes(it)
  );
  if (lacked) return { reason: "outranked", permission: lacked };
  const takesPermission = subject.permissions.length > 0 &&
    TAKING_OVER.has(action);
  return takesPermission && actor.scopes &&
      !actor.scopes.includes("permissions:write")
    ? { reason: "missing_scope", scope: "permissions:write", forHolder: true }
    : undefined;
}

export type AuthorizeFailure = { reason: "not_found" } | Forbidden;

/**
 * Asks `forbids` of what the database says now, under lock, in the transaction of the change; a page
 * that checked before is not a check. A refusal is recorded. The value is the subject.
 */
export async function authorize(
  tx: Database,
  context: ServiceContext,
  { actor, action, subjectId }: {
    actor: Actor;
    action: Action;
    subjectId: string;
  },
): Promise<Result<Party, AuthorizeFailure>> {
  const parties = await lockParties(tx, {
    actorId: actor.userId,
    sessionId: actor.sessionId,
    subjectId,
  });
  if (!parties.subject) return refuse({ reason: "not_found" });
  const forbidden = forbids(
    able(context, actor.token?.scopes, parties.actor),
    action,
    parties.subject,
  );
  if (!forbidden) return ok(parties.subject);
  return await refuseAndRecord(tx, context, {
    actor,
    action,
    subjectId,
    forbidden,
  });
}

/** As `authorize`, for what is done to nobody in particular. */
export async function authorizeActor(
  tx: Database,
  context: ServiceContext,
  { actor, action }: { actor: Actor; action: Action },
): Promise<Result<void, Forbidden>> {
  const parties = await lockParties(tx, {
    actorId: actor.userId,
    sessionId: actor.sessionId,
    subjectId: actor.userId,
  });
  const forbidden = forbids(
    able(context, actor.token?.scopes, parties.actor),
    action,
  );
  if (!forbidden) return ok(undefined);
  return await refuseAndRecord(tx, context, { actor, action, forbidden });
}

/** A right was lost while what it opened was being read. */
export class RightLostError extends Error {
  override name = "RightLostError";
}

/**
 * Asked before each further piece of what is read for long: the door has asked only before the first.
 *
 * @throws {RightLostError} the permission, the account, the session or the token is gone meanwhile
 */
export async function mustStillHold(
  context: Pick<ServiceContext, "db" | "settings">,
  { actor: { userId: actorId, sessionId, token }, permission }: {
    actor: Actor;
    permission: Permission;
  },
) {
  const party = await findActor(context.db, { actorId, sessionId });
  const standing = able(context, token?.scopes, party);
  const holds = standing && !standing.disabled &&
    standing.permissions.includes(permission);
  if (!holds) {
    throw new RightLostError(
      `Whoever reads this no longer holds ${permission}, or the session or token has ended.`,
    );
  }
}

/** Whoever has to replace a password, to confirm authenticators or to add one, can do nothing but that. */
export function able(
  { settings }: Pick<ServiceContext, "settings">,
  scopes: Scope[] | undefined,
  party: Party | undefined,
): Standing | undefined {
  const owesFactor = party && !party.secondFactor &&
    requiresSecondFactor(settings, party);
  return !party || party.temporary || party.suspended || owesFactor
    ? undefined
    : { ...party, scopes };
}

async function refuseAndRecord(
  tx: Database,
  context: ServiceContext,
  { actor, action, subjectId, forbidden }: {
    actor: Actor;
    action: Action;
    subjectId?: string;
    forbidden: Forbidden;
  },
) {
  await recordAudit(tx, context, {
    event: "authz_fail",
    actorId: actor.userId,
    subjectId: subjectId ?? null,
    detail: { action, ...forbidden },
  });
  return refuse(forbidden);
}
