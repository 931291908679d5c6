import type { Database } from "../db/client.ts";
import { findLookAlikes } from "../db/look_alikes.ts";
import { findTaken } from "../db/users.ts";
import type { FieldProblems, UserFields } from "./user_fields.ts";

/**
 * Which fields somebody else has already, or has something that looks the same, as problems of a form; undefined for
 * none.
 */
export async function findTakenProblems(
  tx: Database,
  fields: UserFields,
  exceptId?: string,
): Promise<FieldProblems | undefined> {
  const taken = await findTaken(tx, fields, exceptId);
  const problems: FieldProblems = Object.fromEntries(
    taken.map((it) => [it, { problem: "taken" }]),
  );
  const alike = await findLookAlikes(tx, [fields.username], exceptId);
  if (alike.size > 0) problems.username ??= { problem: "look_alike" };
  return Object.keys(problems).length > 0 ? problems : undefined;
}
