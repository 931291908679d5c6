import type { Database } from "../db/client.ts";
import { findActor, lockParties, type Party } from "../db/permissions.ts";
import type { Permission } from "../db/schema.ts";
import type { Scope } from "../db/schema_programs.ts";
import { type Action, NEEDED, TAKING_OVER } from "./actions.ts";
import { recordAudit } from "./audit.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { requiresSecondFactor } from "./second_factor_rules.ts";
import { ok, refuse, type Result } from "./result.ts";

export type { Action };

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
