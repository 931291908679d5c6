import {
  hasOtherHolder,
  lockPermissions,
  replacePermissions,
} from "../db/permissions.ts";
import { findPassword } from "../db/passwords.ts";
import { type Permission, PERMISSIONS } from "../db/schema.ts";
import type { Database } from "../db/client.ts";
import { findUser } from "../db/users.ts";
import { type Acting, recordAudit } from "./audit.ts";
import { authorize, type AuthorizeFailure } from "./authorization.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { endAccess } from "./ended_access.ts";
import { ok, refuse, type Result } from "./result.ts";
import { inTransaction } from "./transaction.ts";

export { type Permission, PERMISSIONS };

export type ChangePermissionsFailure =
  | { reason: "changed_meanwhile"; current: Permission[] }
  | ApplyPermissionsFailure
  | AuthorizeFailure;

/**
 * Grants and takes permissions. It applies to the next request of the subject; whoever gains one has to
 * sign in again (Copenhagen Book: a session does not grow in power), and to confirm the authenticators: who
 * planted one while there was little to gain must not gain with it.
 *
 * @param seen what the form showed as held
 */
export async function changePermissions(
  context: ServiceContext,
  { actor, subjectId, wanted, seen }: {
    actor: Actor;
    subjectId: string;
    wanted: Permission[];
    seen: Permission[];
  },
): Promise<Result<{ sessionsEnded: number }, ChangePermissionsFailure>> {
  return await inTransaction(context, async (tx) => {
    await lockPermissions(tx);
    const allowed = await authorize(tx, context, {
      actor,
      action: "change_permissions",
      subjectId,
    });
    if (!allowed.ok) return allowed;
    const held = allowed.value.permissions;
    if (sameSet(held, wanted)) return ok({ sessionsEnded: 0 });
    if (!sameSet(held, seen)) {
      return refuse({ reason: "changed_meanwhile", current: held });
    }
    const by = { actorId: actor.userId };
    return await applyPermissions(tx, context, { subjectId, held, wanted, by });
  });
}

export type ApplyPermissionsFailure =
  | { reason: "last_administrator" }
  | { reason: "password_known_to_others" };

/**
 * What every change of permissions does, whoever may ask for it. In a transaction that has the permissions
 * (`lockPermissions`) and the subject locked.
 */
export async function applyPermissions(
  tx: Database,
  context: ServiceContext,
  { subjectId, held, wanted, by }: {
    subjectId: string;
    held: Permission[];
    wanted: Permission[];
    by: Acting;
  },
): Promise<Result<{ sessionsEnded: number }, ApplyPermissionsFailure>> {
  const granted = wanted.filter((it) => !held.includes(it));
  const taken = held.filter((it) => !wanted.includes(it));
  if (
    taken.includes("administration") &&
    !await hasOtherHolder(tx, {
      permission: "administration",
      exceptId: subjectId,
    })
  ) return refuse({ reason: "last_administrator" });

  if (await isPasswordOfLesser(tx, { subjectId, granted })) {
    return refuse({ reason: "password_known_to_others" });
  }
  await replacePermissions(tx, {
    userId: subjectId,
    granted,
    taken,
    grantedBy: by.actorId,
  });
  const change = granted.length > 0 ? "permission_gained" : "permission_taken";
  const ended = await endAccess(tx, { change, userId: subjectId });
  await recordAudit(tx, context, {
    event: "privilege_permissions_changed",
    actorId: by.actorId,
    subjectId,
    detail: { ...by.detail, granted, taken, ...ended },
  });
  return ok({ sessionsEnded: ended.sessions });
}

/**
 * Did somebody set the subject's password who lacks what is granted now? They know it, and could sign in
 * with more than they hold; first the subject has to replace it. A password that nobody here has set was imported
 * from the command line: who knows it can't be told.
 */
async function isPasswordOfLesser(
  tx: Database,
  { subjectId, granted }: { subjectId: string; granted: Permission[] },
): Promise<boolean> {
  if (granted.length === 0) return false;
  const password = await findPassword(tx, subjectId);
  if (!password?.hash || password.setBy === subjectId) return false;
  if (password.setBy === null) return true;
  const setter = await findUser(tx, password.setBy);
  return granted.some((it) => !setter?.permissions.includes(it));
}

function sameSet(a: Permission[], b: Permission[]) {
  return a.length === b.length && a.every((it) => b.includes(it));
}
