import { validate } from "uuid";
import type { Database } from "../db/client.ts";
import { lockPermissions } from "../db/permissions.ts";
import { findUser, lockUser, type UserDetails } from "../db/users.ts";
import { applyTokenEnd } from "./api_tokens.ts";
import type { Permission, ServiceContext } from "./context.ts";
import { OPERATOR } from "./operator.ts";
import {
  applyPermissions,
  type ApplyPermissionsFailure,
} from "./permissions.ts";
import { ok, refuse, type Result } from "./result.ts";
import { inTransaction } from "./transaction.ts";
import { applyDisabled, type ApplyDisabledFailure } from "./users.ts";

/** What a command changed; nothing where it was so already. */
export interface OperatorChange {
  changed: boolean;
  sessionsEnded: number;
}

export type SetPermissionByOperatorFailure =
  | { reason: "not_found" }
  | ApplyPermissionsFailure;

/** The operator grants or takes one permission; what follows is what follows on the page. */
export async function setPermissionByOperator(
  context: ServiceContext,
  { subjectId, permission, granted }: {
    subjectId: string;
    permission: Permission;
    granted: boolean;
  },
): Promise<Result<OperatorChange, SetPermissionByOperatorFailure>> {
  return await inTransaction(context, async (tx) => {
    const subject = await lockSubject(tx, subjectId);
    if (!subject) return refuse({ reason: "not_found" });
    const { permissions: held } = subject;
    if (held.includes(permission) === granted) return ok(UNCHANGED);
    const wanted = granted
      ? [...held, permission]
      : held.filter((it) => it !== permission);
    const by = OPERATOR;
    const applied = await applyPermissions(tx, context, {
      subjectId,
      held,
      wanted,
      by,
    });
    return applied.ok ? ok({ changed: true, ...applied.value }) : applied;
  });
}

export type SetDisabledByOperatorFailure =
  | { reason: "not_found" }
  | ApplyDisabledFailure;

/** The operator takes access away, or gives it back. */
export async function setDisabledByOperator(
  context: ServiceContext,
  { subjectId, disabled }: { subjectId: string; disabled: boolean },
): Promise<Result<OperatorChange, SetDisabledByOperatorFailure>> {
  return await inTransaction(context, async (tx) => {
    const subject = await lockSubject(tx, subjectId);
    if (!subject) return refuse({ reason: "not_found" });
    if ((subject.disabledAt !== null) === disabled) return ok(UNCHANGED);
    const by = OPERATOR;
    const applied = await applyDisabled(tx, context, { subject, disabled, by });
    return applied.ok ? ok({ changed: true, ...applied.value }) : applied;
  });
}

/** The operator ends somebody's API token. */
export async function endTokenByOperator(
  context: ServiceContext,
  { tokenId }: { tokenId: string },
): Promise<Result<void, { reason: "not_found" }>> {
  if (!validate(tokenId)) return refuse({ reason: "not_found" });
  return await inTransaction(
    context,
    (tx) => applyTokenEnd(tx, context, { tokenId, by: OPERATOR }),
  );
}

const UNCHANGED: OperatorChange = { changed: false, sessionsEnded: 0 };

/** In the order in which every change of permissions locks. */
async function lockSubject(
  tx: Database,
  subjectId: string,
): Promise<UserDetails | null> {
  await lockPermissions(tx);
  await lockUser(tx, subjectId);
  return await findUser(tx, subjectId);
}
