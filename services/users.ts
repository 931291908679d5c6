import {
  type AuditEventRow,
  insertView,
  listRecentEvents,
  type View,
} from "../db/audit_events.ts";
import type { Database } from "../db/client.ts";
import { hasOtherHolder, lockPermissions } from "../db/permissions.ts";
import { hasOpenReport } from "../db/reports.ts";
import {
  findUser,
  findUserRecorded,
  setDisabled,
  type UserDetails,
} from "../db/users.ts";
import { type Acting, asked, recordAudit } from "./audit.ts";
import {
  authorize,
  type AuthorizeFailure,
  type Forbidden,
  forbids,
} from "./authorization.ts";
import type { Actor, Permission, ServiceContext } from "./context.ts";
import { endAccess } from "./ended_access.ts";
import { firstIdAhead } from "./event_times.ts";
import { ok, refuse, type Result } from "./result.ts";
import { inTransaction } from "./transaction.ts";

export type { UserDetails };

export interface UserView {
  user: UserDetails;
  recent: AuditEventRow[];
  /** What the one who looks may do, each with the reason where not; the mutation asks again. */
  refusals: {
    edit: Forbidden | undefined;
    setPassword: Forbidden | undefined;
    permissions: Forbidden | undefined;
  };
}

const RECENT_EVENTS = 10;

/** The details of a user, for staff. That they were looked at is recorded. */
export async function viewUser(
  context: ServiceContext,
  { actor, userId }: { actor: Actor; userId: string },
): Promise<UserView | undefined> {
  const { db } = context;
  const [user, recent] = await Promise.all([
    readUser(context, { actor, userId }),
    listRecentEvents(db, {
      personId: userId,
      firstIdAhead: firstIdAhead(),
      limit: RECENT_EVENTS,
    }),
  ]);
  if (!user) return undefined;
  return { user, recent, refusals: refusalsOf(actor, user) };
}

/** A user as a program reads it, recorded as the details are; undefined for an unknown id. */
export async function readUser(
  context: ServiceContext,
  { actor, userId }: { actor: Actor; userId: string },
): Promise<UserDetails | undefined> {
  const view = viewOf(context, { actor, userId });
  return await findUserRecorded(context.db, view) ?? undefined;
}

/** Whoever sees what the details show has seen the details; of an unknown id nothing is recorded. */
export async function recordView(
  context: ServiceContext,
  { actor, userId }: { actor: Actor; userId: string },
) {
  await insertView(context.db, viewOf(context, { actor, userId }));
}

function viewOf(
  context: ServiceContext,
  { actor, userId }: { actor: Actor; userId: string },
): View {
  const [actorId, subjectId] = [actor.userId, userId];
  const event = "sensitive_read" as const;
  return { ...asked(context, { event }), actorId, subjectId };
}

/** The user behind a form that shows no more than the name, or that has been recorded already. */
export async function getUser(
  { db }: ServiceContext,
  userId: string,
): Promise<UserDetails | undefined> {
  return await findUser(db, userId) ?? undefined;
}

/** What `actor` could not do to `user` as things stand. */
export function refusalsOf(actor: Actor, user: UserDetails) {
  const asking = {
    id: actor.userId,
    disabled: false,
    permissions: actor.permissions,
  };
  const subject = {
    id: user.id,
    disabled: user.disabledAt !== null,
    permissions: user.permissions,
  };
  return {
    edit: forbids(asking, "edit_user", subject),
    setPassword: forbids(asking, "set_password", subject),
    permissions: forbids(asking, "change_permissions", subject),
  };
}

export type ApplyDisabledFailure =
  | { reason: "last_administrator" }
  | { reason: "report_open" };

export type DisableUserFailure = ApplyDisabledFailure | AuthorizeFailure;

/** Takes access away, with all sessions, or gives it back. */
export async function setUserDisabled(
  context: ServiceContext,
  { actor, userId, disabled }: {
    actor: Actor;
    userId: string;
    disabled: boolean;
  },
): Promise<Result<{ sessionsEnded: number }, DisableUserFailure>> {
  return await inTransaction(context, async (tx) => {
    await lockPermissions(tx);
    const allowed = await authorize(tx, context, {
      actor,
      action: disabled ? "disable_user" : "enable_user",
      subjectId: userId,
    });
    if (!allowed.ok) return allowed;
    const { permissions } = allowed.value;
    return await applyDisabled(tx, context, {
      subject: { id: userId, permissions },
      disabled,
      by: { actorId: actor.userId },
    });
  });
}

/**
 * What it does, whoever may ask for it: in a transaction that has the permissions and the subject locked. An
 * account that its owner froze stays frozen until staff have settled the report (services/reports.ts).
 */
export async function applyDisabled(
  tx: Database,
  context: ServiceContext,
  { subject, disabled, by }: {
    subject: { id: string; permissions: Permission[] };
    disabled: boolean;
    by: Acting;
  },
): Promise<Result<{ sessionsEnded: number }, ApplyDisabledFailure>> {
  const { id: userId, permissions } = subject;
  if (!disabled && await hasOpenReport(tx, userId)) {
    return refuse({ reason: "report_open" });
  }
  if (
    disabled && permissions.includes("administration") &&
    !await hasOtherHolder(tx, {
      permission: "administration",
      exceptId: userId,
    })
  ) return refuse({ reason: "last_administrator" });

  const changed = await setDisabled(tx, { id: userId, disabled });
  const ended = await endAccess(tx, {
    change: disabled ? "disabled" : "enabled",
    userId,
  });
  if (changed) {
    await recordAudit(tx, context, {
      event: disabled ? "user_disabled" : "user_enabled",
      actorId: by.actorId,
      subjectId: userId,
      detail: { ...by.detail, ...(disabled && ended) },
    });
  }
  return ok({ sessionsEnded: ended.sessions });
}
