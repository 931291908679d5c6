import { v7 as uuidv7 } from "uuid";
import type { Database } from "../../db/client.ts";
import { insertPasswords } from "../../db/passwords.ts";
import { replacePermissions } from "../../db/permissions.ts";
import { insertUsers } from "../../db/users.ts";
import type { Permission } from "../../services/context.ts";
import { createPasswordHasher } from "../../services/password_hash.ts";

/** Weak on purpose, and only here: the tests sign in hundreds of times. */
export const HASH_PARAMETERS = {
  memoryKib: 256,
  iterations: 1,
  parallelism: 1,
};

export const hasher = createPasswordHasher({
  parameters: HASH_PARAMETERS,
  width: 2,
  maxWaiting: 1000,
});

export interface Person {
  id: string;
  name: string;
  username: string;
  email: string | null;
  password: string;
}

let number = 0;

/** Somebody new in the database, with a password that only this test knows. */
export async function person(
  db: Database,
  given: {
    name?: string;
    username?: string;
    email?: string | null;
    permissions?: Permission[];
    attributes?: Record<string, string>;
    disabled?: boolean;
    temporary?: boolean;
    /** Past for a temporary password that no longer signs in. */
    expiresAt?: Date;
    password?: string;
  } = {},
): Promise<Person> {
  number += 1;
  const id = uuidv7();
  const username = given.username ?? `person-${number}-${id.slice(-6)}`;
  const made = {
    id,
    name: given.name ?? `Person Number ${number}`,
    username,
    email: given.email === undefined ? `${username}@example.org` : given.email,
    password: given.password ?? `heron walks on ${id.slice(-12)}`,
  };
  await insertUsers(db, [{
    id,
    name: made.name,
    username,
    email: made.email,
    attributes: given.attributes ?? {},
    disabledAt: given.disabled ? new Date() : null,
  }]);
  await insertPasswords(db, [{
    userId: id,
    hash: await hasher.hash(made.password),
    setBy: id,
    temporary: given.temporary ?? false,
    expiresAt: given.expiresAt ??
      (given.temporary ? new Date(Date.now() + 3_600_000) : null),
  }]);
  await replacePermissions(db, {
    userId: id,
    granted: given.permissions ?? [],
    taken: [],
    grantedBy: null,
  });
  return made;
}
