import { lockPermissions } from "../db/permissions.ts";
import { findUser, type UserDetails } from "../db/users.ts";
import { allOrNothing, must } from "./all_or_nothing.ts";
import { authorize } from "./authorization.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { recordReuse, type SetPasswordFailure } from "./passwords.ts";
import {
  applyPassword,
  readyForKnown,
  readyForNew,
  type ReadyPassword,
} from "./provisioned_passwords.ts";
import { nameFrom, type NameParts } from "./provisioned_names.ts";
import { isFrozen } from "./reports.ts";
import { ok, refuse, type Result } from "./result.ts";
import {
  createUser,
  type CreateUserFailure,
  editUser,
  type EditUserFailure,
} from "./user_edits.ts";
import type { UserInput } from "./user_fields.ts";
import { type DisableUserFailure, setUserDisabled } from "./users.ts";

/** What a system that provisions users says of one. What it doesn't say stays; an empty text takes away. */
export interface Provisioned {
  username?: string;
  name?: NameParts;
  email?: string;
  externalId?: string;
  attributes?: Record<string, string>;
  active?: boolean;
  password?: string | undefined;
}

export type ProvisionFailure =
  | CreateUserFailure
  | EditUserFailure
  | SetPasswordFailure
  | DisableUserFailure
  | { reason: "other_version" };

/** Makes a user, with the password and the state that were given: all of it or nothing. */
export async function provisionUser(
  context: ServiceContext,
  { actor, given }: { actor: Actor; given: Provisioned },
): Promise<Result<string, ProvisionFailure>> {
  const { username = "", name = {}, email = "", externalId = "" } = given;
  const input = {
    username,
    name: nameFrom(name) ?? username,
    email,
    externalId,
    attributes: given.attributes ?? {},
  };
  const { password } = given;
  const ready = password === undefined
    ? undefined
    : await readyForNew(context, { actor, input, password });
  return await allOrNothing<string, ProvisionFailure>(
    context,
    async (inside) => {
      if (given.active === false) await lockPermissions(inside.db); // see below
      const created = await createUser(inside, { actor, input });
      if (!created.ok) return created;
      const userId = created.value;
      await applyGiven(inside, { actor, userId, given, ready });
      if (given.active === false) {
        must(await setUserDisabled(inside, { actor, userId, disabled: true }));
      }
      return created;
    },
  );
}

/**
 * Changes a user to what is given, all of it or nothing (RFC 7644, 3.5.2).
 *
 * @param version the one that it was made from; undefined where that doesn't matter
 */
export async function changeProvisionedUser(
  context: ServiceContext,
  { actor, userId, version, given }: {
    actor: Actor;
    userId: string;
    version: number | undefined;
    given: Provisioned;
  },
): Promise<Result<void, ProvisionFailure>> {
  const { password } = given;
  const shown = password === undefined
    ? undefined
    : await findUser(context.db, userId);
  const ready = password !== undefined && shown
    ? await readyForKnown(context, {
      actor,
      user: shown,
      input: merge(shown, given),
      password,
    })
    : undefined;
  const changed = await allOrNothing<void, ProvisionFailure>(
    context,
    async (inside) => {
      // In the order of every other change: this lock before those of the users.
      if (given.active !== undefined) await lockPermissions(inside.db);
      const allowed = await authorize(inside.db, inside, {
        actor,
        action: "edit_user",
        subjectId: userId,
      });
      if (!allowed.ok) return allowed;
      const user = await findUser(inside.db, userId);
      if (!user) return refuse({ reason: "not_found" });
      if (version !== undefined && version !== user.version) {
        return refuse({ reason: "other_version" });
      }
      await apply(inside, { actor, user, given, ready });
      return ok(undefined);
    },
  );
  // The record of it went with the rest; and whatever refused the change, the password was compared.
  if (!changed.ok && ready && !ready.judged.ok) {
    const { violations } = ready.judged.failure;
    await recordReuse(context.db, context, {
      actor,
      subjectId: userId,
      violations,
    });
  }
  return changed;
}

/**
 * A disabled user gets no password, so enabling comes first and disabling last. The password comes behind the
 * fields: one that is refused undoes all, and would tell a right guess from a wrong one without leaving a trace.
 */
async function apply(
  inside: ServiceContext,
  { actor, user, given, ready }: {
    actor: Actor;
    user: UserDetails;
    given: Provisioned;
    ready: ReadyPassword | undefined;
  },
) {
  const { id: userId, disabledAt } = user;
  const { active } = given;
  // An account that its owner froze stays so whatever a provider says of it: staff settle that first.
  const frozen = await isFrozen(inside, user);
  if (active === true && disabledAt !== null && !frozen) {
    must(await setUserDisabled(inside, { actor, userId, disabled: false }));
  }
  const input = merge(user, given);
  if (input) {
    const { version } = (await findUser(inside.db, userId))!;
    must(await editUser(inside, { actor, userId, version, input }));
  }
  await applyGiven(inside, { actor, userId, given, ready });
  if (active === false && disabledAt === null) {
    must(await setUserDisabled(inside, { actor, userId, disabled: true }));
  }
}

/** Nothing is ready for who may not set it: that is refused, and recorded, as every other change. */
async function applyGiven(
  inside: ServiceContext,
  { actor, userId, given, ready }: {
    actor: Actor;
    userId: string;
    given: Provisioned;
    ready: ReadyPassword | undefined;
  },
) {
  if (given.password === undefined) return;
  if (ready) return await applyPassword(inside, { actor, userId, ready });
  must(
    await authorize(inside.db, inside, {
      actor,
      action: "set_password",
      subjectId: userId,
    }),
  );
  must(refuse({ reason: "changed_meanwhile", setAt: null })); // allowed since
}

/** A user as a form would send it, with what is given put in; undefined where that changes nothing. */
function merge(user: UserDetails, given: Provisioned): UserInput | undefined {
  const before = {
    username: user.username,
    name: user.name,
    // What waits for its confirmation is what was asked for.
    email: user.pendingEmail ?? user.email ?? "",
    externalId: user.externalId ?? "",
    attributes: user.attributes,
  };
  const { username, email, externalId, attributes = {} } = given;
  const after = {
    username: username ?? before.username,
    name: nameFrom(given.name ?? {}, user.name) ?? user.name,
    email: email ?? before.email,
    externalId: externalId ?? before.externalId,
    attributes: { ...before.attributes, ...attributes },
  };
  const differs = after.username !== before.username ||
    after.name !== before.name || after.email !== before.email ||
    after.externalId !== before.externalId ||
    Object.entries(attributes)
      .some(([name, it]) => it !== (before.attributes[name] ?? ""));
  return differs ? after : undefined;
}
