import { eq, or, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { Database } from "./client.ts";
import { deviceParts, type DeviceSeen } from "./devices.ts";
import { fold } from "./fold.ts";
import { builtOnce, statement } from "./prepared.ts";
import type { NewSession } from "./sessions.ts";
import { passwords, users } from "./schema.ts";
import { secondFactor } from "./users.ts";

const credentialByKey = builtOnce((db) =>
  db.select({
    userId: users.id,
    passwordHash: passwords.hash,
    usable: sql<
      boolean
    >`${users.disabledAt} is null and coalesce(${passwords.expiresAt} > now(), true)`,
    disabled: sql<boolean>`${users.disabledAt} is not null`,
    temporary: passwords.temporary,
    secondFactor,
  }).from(users)
    .innerJoin(passwords, eq(passwords.userId, users.id))
    .where(or(
      eq(users.usernameKey, sql.placeholder("key")),
      eq(users.emailKey, sql.placeholder("key")),
    )).prepare("credential_by_key")
);

/** Who has this username or email, with the hash to verify: the only read of a hash by name. */
export async function findCredential(db: Database, identifier: string) {
  const [row] = await credentialByKey(db).execute({ key: fold(identifier) });
  return row ?? null;
}

export interface SignIn {
  userId: string;
  passwordHash: string;
  session: NewSession;
  audit: { requestId: string; detail: Record<string, unknown> };
  /** Counters that a success clears, and the one of the address, from which it takes one back. */
  attemptKeys: [string, string];
  addressKey: string;
  device: DeviceSeen;
}

const insertion = statement<SignIn, { id: string }>((given) => {
  const address = given((it) => it.session.address);
  return sql`
    with subject as (
      select id from users where id = ${given((it) => it.userId)}
        and disabled_at is null and not ${secondFactor} -- none was asked for
      for no key update
    ), credential as (
      select p.user_id from passwords p join subject on p.user_id = subject.id
      where p.hash = ${given((it) => it.passwordHash)}
        and (p.expires_at is null or p.expires_at > now())
      for share of p
    ), seen as (
      update users set last_sign_in_at = now() from credential where users.id = credential.user_id
    ), ${
    deviceParts({
      secretHash: given((it) => it.device.secretHash),
      mailId: given((it) => it.device.mailId),
      facts: given((it) => it.device.facts),
    })
  }, audited as (
      insert into audit_events (id, event, actor_id, subject_id, address, request_id, detail)
      select ${
    given(() => uuidv7())
  }::uuid, 'authn_login_success', user_id, user_id, ${address},
        ${given((it) => it.audit.requestId)},
        ${given((it) => JSON.stringify(it.audit.detail))}::jsonb
      from credential
    ), refunded as (
      update rate_limits set attempts = attempts - 1
      where key = ${given((it) => it.addressKey)} and attempts > 0
        and exists (select 1 from credential)
      returning key
    ), cleared as (
      -- behind the refund, which it counts: the order in which an attempt locks the same rows
      delete from rate_limits
      where key in (${given((it) => it.attemptKeys[0])}, ${
    given((it) => it.attemptKeys[1])
  })
        and exists (select 1 from credential) and (select count(*) from refunded) >= 0
    )
    insert into sessions (id, user_id, secret_hash, address, user_agent)
    select ${given((it) => it.session.id)}::uuid, user_id,
      ${given((it) => it.session.secretHash)}, ${address}, ${
    given((it) => it.session.userAgent)
  }
    from credential
    returning id`;
});

/**
 * Begins a session, if the password that was verified still is the user's: one statement, so one
 * transaction and one wait for the disk. It locks the user, then the password, in the order in which
 * a change of password does: whichever comes first, no session of an old password survives.
 *
 * @returns false where the password was changed or the user disabled meanwhile
 */
export async function insertSignIn(
  db: Database,
  signIn: SignIn,
): Promise<boolean> {
  return (await insertion(db, signIn)).length === 1;
}

/** That somebody has signed in, in two steps: what `insertSignIn` does at once. */
export async function touchLastSignIn(db: Database, userId: string) {
  await db.update(users).set({ lastSignInAt: sql`now()` })
    .where(eq(users.id, userId));
}
