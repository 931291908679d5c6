import { and, eq, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { type View, viewInsertion, viewValues } from "./audit_events.ts";
import type { Database } from "./client.ts";
import { pendingEmail } from "./email_changes.ts";
import { identifierKey } from "./email_addresses.ts";
import { fold } from "./fold.ts";
import { usernameLook } from "./look_alikes.ts";
import { builtOnce } from "./prepared.ts";
import { passwords, type Permission, permissions, users } from "./schema.ts";

/** What staff may write into a user; nothing else of the row can be reached by an edit. */
export interface UserFields {
  name: string;
  username: string;
  email: string | null;
  attributes: Record<string, string>;
  /** Undefined leaves it as it is. */
  externalId?: string | null;
}

/** The permissions somebody holds, as a column of a query over `users`. */
export const heldPermissions = sql<
  Permission[]
>`to_json(array(select ${permissions.permission} from ${permissions} where ${permissions.userId} = ${users.id} order by 1))`;

/**
 * Whether somebody is asked for a second factor, as a column of a query over `users`. Of a frozen account nothing
 * of before counts; what is suspended otherwise is asked for, or the account would be weaker than before.
 */
export const secondFactor = sql<
  boolean
>`(${users.authenticatorsSuspended} is distinct from 'frozen' and (exists(select from totps where totps.user_id = ${users.id} and totps.confirmed_at is not null)
  or exists(select from passkeys where passkeys.user_id = ${users.id})))`;

const setters = alias(users, "setters");

const userById = builtOnce((db) => selectUser(db).prepare("user_by_id"));

const viewedUser = builtOnce((db) =>
  selectUser(
    db.with(
      db.$with("viewed", {}).as(viewInsertion({
        viewId: sql.placeholder("viewId"),
        event: sql.placeholder("event"),
        actorId: sql.placeholder("actorId"),
        subjectId: sql.placeholder("id"),
        address: sql.placeholder("address"),
        requestId: sql.placeholder("requestId"),
        detail: sql.placeholder("detail"),
      })),
    ),
  ).prepare("viewed_user")
);

function selectUser(from: Pick<Database, "select">) {
  return from.select({
    id: users.id,
    name: users.name,
    username: users.username,
    email: users.email,
    pendingEmail,
    attributes: users.attributes,
    externalId: users.externalId,
    version: users.version,
    disabledAt: users.disabledAt,
    lastSignInAt: users.lastSignInAt,
    createdAt: users.createdAt,
    updatedAt: users.updatedAt,
    passwordSetAt: passwords.setAt,
    passwordSetBy: passwords.setBy,
    passwordSetByName: setters.name,
    temporary: sql<boolean>`coalesce(${passwords.temporary}, false)`,
    passwordExpiresAt: passwords.expiresAt,
    permissions: heldPermissions,
    secondFactor,
    suspended: users.authenticatorsSuspended,
    openSessions: sql<
      number
    >`(select count(*)::int from sessions where sessions.user_id = ${users.id} and not pending)`,
  }).from(users)
    .leftJoin(passwords, eq(passwords.userId, users.id))
    .leftJoin(setters, eq(setters.id, passwords.setBy))
    .where(eq(users.id, sql.placeholder("id")));
}

/** Everything that the details show in one statement; null for an unknown id. */
export async function findUser(db: Database, id: string) {
  const [row] = await userById(db).execute({ id });
  return row ?? null;
}

/** The same, recorded as a view: who sees it is in the log, and of an unknown id nothing is. */
export async function findUserRecorded(db: Database, view: View) {
  const [row] = await viewedUser(db).execute({
    ...viewValues(view),
    id: view.subjectId,
  });
  return row ?? null;
}

export type UserDetails = NonNullable<Awaited<ReturnType<typeof findUser>>>;

/** By username or email, whichever was typed (usernames hold no "@"). */
export async function findUserByIdentifier(db: Database, identifier: string) {
  const key = identifierKey(identifier);
  const [row] = await db.select({ id: users.id, name: users.name })
    .from(users)
    .where(or(eq(users.usernameKey, key), eq(users.emailKey, key)));
  return row ?? null;
}

export type Taken = "username" | "email";

/** Which of the two unique fields somebody else already has. */
export async function findTaken(
  db: Database,
  { username, email }: { username: string; email: string | null },
  exceptId?: string,
): Promise<Taken[]> {
  const usernameKey = fold(username);
  const emailKey = email === null ? null : identifierKey(email);
  const others = await db.select({
    usernameKey: users.usernameKey,
    emailKey: users.emailKey,
  }).from(users).where(and(
    or(
      eq(users.usernameKey, usernameKey),
      emailKey === null ? undefined : eq(users.emailKey, emailKey),
    ),
    exceptId ? sql`${users.id} <> ${exceptId}` : undefined,
  ));
  const taken: Taken[] = [];
  if (others.some((it) => it.usernameKey === usernameKey)) {
    taken.push("username");
  }
  if (emailKey !== null && others.some((it) => it.emailKey === emailKey)) {
    taken.push("email");
  }
  return taken;
}

export async function insertUsers(
  db: Database,
  people: (UserFields & {
    id: string;
    createdAt?: Date;
    disabledAt?: Date | null;
    lastSignInAt?: Date | null;
  })[],
) {
  await db.insert(users).values(
    people.map((person) => ({ ...person, ...keys(person) })),
  );
}

/** False where the user is no longer at `version`: somebody else saved meanwhile. */
export async function updateUser(
  db: Database,
  { id, version, fields }: { id: string; version: number; fields: UserFields },
): Promise<boolean> {
  const { name, username, email, attributes, externalId } = fields; // these and no others
  const updated = await db.update(users).set({
    name,
    username,
    email,
    attributes,
    ...(externalId !== undefined && { externalId }),
    ...keys(fields),
    version: sql`${users.version} + 1`,
    updatedAt: sql`now()`,
  }).where(and(eq(users.id, id), eq(users.version, version)))
    .returning({ id: users.id });
  return updated.length === 1;
}

/** What a user can sign in by: the username and, where there is one, the email. */
export async function listIdentifiers(
  db: Database,
  id: string,
): Promise<string[]> {
  const [row] = await db.select({
    username: users.username,
    email: users.email,
  })
    .from(users).where(eq(users.id, id));
  return [row?.username, row?.email].filter((it) => typeof it === "string");
}

/** Locks a user as every change of a password does; null for an unknown id. */
export async function lockUser(db: Database, id: string) {
  const [row] = await db.select({
    disabled: sql<boolean>`${users.disabledAt} is not null`,
    suspended: users.authenticatorsSuspended,
  }).from(users).where(eq(users.id, id)).for("no key update");
  return row ?? null;
}

/** False where nothing had to change. */
export async function setDisabled(
  db: Database,
  { id, disabled }: { id: string; disabled: boolean },
): Promise<boolean> {
  const changed = await db.update(users).set({
    disabledAt: disabled ? sql`now()` : null,
    version: sql`${users.version} + 1`,
    updatedAt: sql`now()`,
  }).where(and(
    eq(users.id, id),
    disabled
      ? sql`${users.disabledAt} is null`
      : sql`${users.disabledAt} is not null`,
  )).returning({ id: users.id });
  return changed.length === 1;
}

export async function hasUsers(db: Database): Promise<boolean> {
  return (await db.select({ id: users.id }).from(users).limit(1)).length > 0;
}

function keys(
  { name, username, email }: Pick<UserFields, "name" | "username" | "email">,
) {
  return {
    nameKey: fold(name),
    usernameKey: fold(username),
    usernameLook: usernameLook(username),
    emailKey: email === null ? null : identifierKey(email),
  };
}
