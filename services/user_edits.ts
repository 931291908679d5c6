import { v7 as uuidv7 } from "uuid";
import {
  findUser,
  insertUsers,
  updateUser,
  type UserDetails,
} from "../db/users.ts";
import type { Database } from "../db/client.ts";
import { uniqueViolation } from "../db/unique.ts";
import { recordAudit } from "./audit.ts";
import {
  authorize,
  authorizeActor,
  type AuthorizeFailure,
  type Forbidden,
} from "./authorization.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { notifyOfEmail, requestEmailChange } from "./email_changes.ts";
import { withdrawEmailChange } from "./email_withdrawal.ts";
import { endAccess } from "./ended_access.ts";
import { ok, refuse, type Result } from "./result.ts";
import { findTakenProblems } from "./taken_fields.ts";
import { inTransaction } from "./transaction.ts";
import {
  checkUserFields,
  type FieldProblems,
  type UserFields,
  type UserInput,
} from "./user_fields.ts";

export type CreateUserFailure =
  | { reason: "invalid"; problems: FieldProblems }
  | Forbidden;

/** A user without a password: nobody can sign in as it until one is set. */
export async function createUser(
  context: ServiceContext,
  { actor, input }: { actor: Actor; input: UserInput },
): Promise<Result<string, CreateUserFailure>> {
  const { settings } = context;
  const { fields, problems } = checkUserFields(input, settings.USER_ATTRIBUTES);
  return await takenAsProblem(
    fields,
    () =>
      inTransaction(context, async (tx) => {
        const allowed = await authorizeActor(tx, context, {
          actor,
          action: "create_user",
        });
        if (!allowed.ok) return allowed;
        if (hasAny(problems)) return refuse({ reason: "invalid", problems });
        const taken = await findTakenProblems(tx, fields);
        if (taken) return refuse({ reason: "invalid", problems: taken });
        const id = uuidv7();
        await insertUsers(tx, [{ id, ...fields }]);
        await recordAudit(tx, context, {
          event: "user_created",
          actorId: actor.userId,
          subjectId: id,
          detail: { username: fields.username },
        });
        return ok(id);
      }),
  );
}

export type EditUserFailure =
  | { reason: "invalid"; problems: FieldProblems }
  | { reason: "changed_meanwhile"; current: UserDetails }
  | AuthorizeFailure;

/** @param version the one that the form was made from; nothing newer is overwritten */
export async function editUser(
  context: ServiceContext,
  { actor, userId, version, input }: {
    actor: Actor;
    userId: string;
    version: number;
    input: UserInput;
  },
): Promise<Result<{ emailPending: boolean }, EditUserFailure>> {
  const { settings } = context;
  const { fields, problems } = checkUserFields(input, settings.USER_ATTRIBUTES);
  return await takenAsProblem(
    fields,
    () =>
      inTransaction(context, async (tx) => {
        const allowed = await authorize(tx, context, {
          actor,
          action: "edit_user",
          subjectId: userId,
        });
        if (!allowed.ok) return allowed;
        if (hasAny(problems)) return refuse({ reason: "invalid", problems });
        const current = await findUser(tx, userId);
        if (!current) return refuse({ reason: "not_found" });
        if (current.version !== version) {
          return refuse({ reason: "changed_meanwhile", current });
        }
        const taken = await findTakenProblems(tx, fields, userId);
        if (taken) return refuse({ reason: "invalid", problems: taken });
        // Attributes that the configuration no longer declares stay as they are.
        const attributes = {
          ...undeclared(context, current),
          ...fields.attributes,
        };
        const shown = {
          ...current,
          email: current.pendingEmail ?? current.email,
        };
        const changes = changedFields(shown, { ...fields, attributes });
        if (changes.length === 0) return ok({ emailPending: false });
        if (changes.includes("email")) {
          const mayChange = await authorize(tx, context, {
            actor,
            action: "change_email",
            subjectId: userId,
          });
          if (!mayChange.ok) return mayChange;
        }
        const email = await changeEmail(tx, context, current, fields.email);
        await updateUser(tx, {
          id: userId,
          version,
          fields: { ...fields, email, attributes },
        });
        await recordAudit(tx, context, {
          event: "user_updated",
          actorId: actor.userId,
          subjectId: userId,
          detail: { fields: changes },
        });
        return ok({ emailPending: email !== fields.email });
      }),
  );
}

/** What the address is from now on: a new one waits until its owner confirms it. */
async function changeEmail(
  tx: Database,
  context: ServiceContext,
  { id: userId, email: from, pendingEmail }: UserDetails,
  to: string | null,
): Promise<string | null> {
  if (to === (pendingEmail ?? from)) return from;
  if (to !== null && to !== from) {
    await requestEmailChange(tx, context, { userId, from, to });
    return from;
  }
  await withdrawEmailChange(tx, { userId });
  if (to === from) return from;
  await endAccess(tx, { change: "email_changed", userId });
  await notifyOfEmail(tx, context, { userId, recipient: from!, to });
  return to;
}

function undeclared(
  { settings }: ServiceContext,
  { attributes }: UserDetails,
) {
  const declared = new Set(settings.USER_ATTRIBUTES.map((it) => it.name));
  return Object.fromEntries(
    Object.entries(attributes).filter(([name]) => !declared.has(name)),
  );
}

/** The names of what an edit changes: the log tells that it changed, not to what. */
function changedFields(before: UserFields, after: UserFields): string[] {
  const plain = (["name", "username", "email", "externalId"] as const)
    .filter((it) => after[it] !== undefined && before[it] !== after[it]);
  const names = new Set([
    ...Object.keys(before.attributes),
    ...Object.keys(after.attributes),
  ]);
  return [
    ...plain,
    ...[...names].filter((it) => before.attributes[it] !== after.attributes[it])
      .map((it) => `attributes.${it}`),
  ];
}

function hasAny(problems: FieldProblems) {
  return Object.keys(problems).length > 0;
}

/** Two who take the same name at the same moment: the unique index decides, and it is no bug. */
async function takenAsProblem<Outcome>(
  fields: UserFields,
  change: () => Promise<Outcome>,
) {
  try {
    return await change();
  } catch (error) {
    const constraint = uniqueViolation(error);
    if (constraint === undefined) throw error;
    const field = constraint.includes("email") && fields.email
      ? "email"
      : "username";
    const problems: FieldProblems = { [field]: { problem: "taken" } };
    return refuse({ reason: "invalid" as const, problems });
  }
}
