import {
  hasOtherHolder,
  lockPermissions,
  replacePermissions,
} from "../db/permissions.ts";
import { type Permission, PERMISSIONS } from "../db/schema.ts";
import { deleteSessions } from "../db/sessions.ts";
import { recordAudit } from "./audit.ts";
import { authorize, type AuthorizeFailure } from "./authorization.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { ok, refuse, type Result } from "./result.ts";

export { type Permission, PERMISSIONS };

export type ChangePermissionsFailure =
  | { reason: "last_administrator" }
  | { reason: "changed_meanwhile"; current: Permission[] }
  | AuthorizeFailure;

/**
 * Grants and takes permissions. It applies to the next request of the subject; whoever gains one has to
 * sign in again (Copenhagen Book: a session does not grow in power).
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
  return await context.db.transaction(async (tx) => {
    await lockPermissions(tx);
    const allowed = await authorize(tx, context, {
      actor,
      action: "change_permissions",
      subjectId,
    });
    if (!allowed.ok) return allowed;
    const held = allowed.value.permissions;
    const granted = wanted.filter((it) => !held.includes(it));
    const taken = held.filter((it) => !wanted.includes(it));
    if (granted.length + taken.length === 0) return ok({ sessionsEnded: 0 });
    if (!sameSet(held, seen)) {
      return refuse({ reason: "changed_meanwhile", current: held });
    }
    if (
      taken.includes("administration") &&
      !await hasOtherHolder(tx, {
        permission: "administration",
        exceptId: subjectId,
      })
    ) return refuse({ reason: "last_administrator" });

    await replacePermissions(tx, {
      userId: subjectId,
      granted,
      taken,
      grantedBy: actor.userId,
    });
    const sessionsEnded = granted.length > 0
      ? await deleteSessions(tx, { userId: subjectId })
      : 0;
    await recordAudit(tx, context, {
      event: "privilege_permissions_changed",
      actorId: actor.userId,
      subjectId,
      detail: { granted, taken, sessions: sessionsEnded },
    });
    return ok({ sessionsEnded });
  });
}

function sameSet(a: Permission[], b: Permission[]) {
  return a.length === b.length && a.every((it) => b.includes(it));
}
