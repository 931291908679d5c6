import { v7 as uuidv7 } from "uuid";
import type { Database } from "../db/client.ts";
import {
  hasHolder,
  lockPermissions,
  replacePermissions,
} from "../db/permissions.ts";
import { PERMISSIONS } from "../db/schema.ts";
import { insertUsers } from "../db/users.ts";
import { type Acting, recordAudit } from "./audit.ts";
import type { ServiceContext } from "./context.ts";
import { OPERATOR } from "./operator.ts";
import { insertPrintedLink, type PrintedLink } from "./printed_links.ts";
import { ok, refuse, type Result } from "./result.ts";
import { findTakenProblems } from "./taken_fields.ts";
import { inTransaction } from "./transaction.ts";
import {
  checkUserFields,
  type FieldProblems,
  type UserFields,
  type UserInput,
} from "./user_fields.ts";

export type CreateFirstAdministratorFailure =
  | { reason: "administrator_exists" }
  | { reason: "invalid"; problems: FieldProblems };

/**
 * The operator of the machine makes the first administrator. No password is typed or told: the value is a link
 * by which it is set.
 */
export async function createFirstAdministrator(
  context: ServiceContext,
  { input }: { input: UserInput },
): Promise<Result<PrintedLink, CreateFirstAdministratorFailure>> {
  const { fields, problems } = checkUserFields(input, []);
  return await inTransaction(context, async (tx) => {
    await lockPermissions(tx);
    if (await hasHolder(tx, "administration")) {
      return refuse({ reason: "administrator_exists" });
    }
    if (Object.keys(problems).length > 0) {
      return refuse({ reason: "invalid", problems });
    }
    const taken = await findTakenProblems(tx, fields);
    if (taken) return refuse({ reason: "invalid", problems: taken });
    const userId = uuidv7();
    const by = OPERATOR;
    await insertFirstAdministrator(tx, context, { userId, fields, by });
    return ok(await insertPrintedLink(tx, context, { userId }));
  });
}

/** Somebody with every permission, and no password yet. */
export async function insertFirstAdministrator(
  tx: Database,
  context: ServiceContext,
  { userId, fields, by }: { userId: string; fields: UserFields; by: Acting },
) {
  await insertUsers(tx, [{ id: userId, ...fields }]);
  await replacePermissions(tx, {
    userId,
    granted: [...PERMISSIONS],
    taken: [],
    grantedBy: null,
  });
  await recordAudit(tx, context, {
    event: "system_setup",
    actorId: by.actorId,
    subjectId: userId,
    ...(by.detail && { detail: by.detail }),
  });
}
