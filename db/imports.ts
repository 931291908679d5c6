import { type SQL, sql } from "drizzle-orm";
import { type Database, rows } from "./client.ts";

/** A user as an import writes it, with the keys of db/fold.ts. */
export interface ImportedUser {
  id: string;
  username: string;
  name: string;
  email: string | null;
  externalId: string | null;
  attributes: Record<string, string>;
  usernameKey: string;
  /** Of db/look_alikes.ts. */
  usernameLook: string | null;
  nameKey: string;
  emailKey: string | null;
  passwordHash: string | null;
  temporary: boolean;
  disabled: boolean;
}

/** Usernames and emails, as keys, that somebody has already. */
export async function findExistingKeys(
  db: Database,
  users: ImportedUser[],
): Promise<{ usernames: Set<string>; emails: Set<string> }> {
  const emails = users.flatMap((it) => it.emailKey ?? []);
  const found = await rows<{ kind: "username" | "email"; key: string }>(
    db,
    sql`
    select 'username' as kind, username_key as key
    from ${
      texts(users.map((it) => it.usernameKey))
    } join users on username_key = given
    union all
    select 'email', email_key from ${
      texts(emails)
    } join users on email_key = given`,
  );
  const ofKind = (kind: string) =>
    new Set(found.flatMap((it) => it.kind === kind ? it.key : []));
  return { usernames: ofKind("username"), emails: ofKind("email") };
}

/** In one parameter, since the number of parameters is limited, and as `text`, or a driver would encode it again. */
function texts(keys: string[]): SQL {
  return sql`(select value collate "C" as given from jsonb_array_elements_text(${
    JSON.stringify(keys)
  }::text::jsonb)) as keys`;
}

/**
 * Adds users with their hashes, in one statement. A hash is set by whoever imports it, who may have chosen the
 * password that it is of; null for the command line.
 *
 * @throws a unique violation where somebody else took a username or email meanwhile
 */
export async function insertImportedUsers(
  db: Database,
  { users, setBy }: { users: ImportedUser[]; setBy: string | null },
) {
  if (users.length === 0) return;
  await db.execute(sql`
    with given as materialized (
      select * from json_to_recordset(${
    JSON.stringify(users)
  }::text::json) as it(
        id uuid, username text, name text, email text, "externalId" text, attributes jsonb,
        "usernameKey" text, "usernameLook" text, "nameKey" text, "emailKey" text,
        "passwordHash" text, temporary boolean, disabled boolean)
    ), added as (
      insert into users (id, username, name, email, external_id, attributes,
        username_key, username_look, name_key, email_key, disabled_at)
      select id, username, name, email, "externalId", attributes,
        "usernameKey", "usernameLook", "nameKey", "emailKey", case when disabled then now() end
      from given
    )
    insert into passwords (user_id, hash, temporary, set_by, known_to_others_since)
    select id, "passwordHash", temporary, ${setBy}::uuid, now() from given where "passwordHash" is not null`);
}
