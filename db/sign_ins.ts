import { eq, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { Database } from "./client.ts";
import { deviceParts, type DeviceSeen } from "./devices.ts";
import { identifierKey } from "./email_addresses.ts";
import { signsIn } from "./passwords.ts";
import { statement } from "./prepared.ts";
import type { Exceeded, Limit } from "./rate_limits.ts";
import type { NewSession } from "./sessions.ts";
import { users } from "./schema.ts";
import { secondFactor } from "./users.ts";

/** Whose username or email it is, with the hash to verify. */
export interface Credential {
  userId: string;
  passwordHash: string;
  usable: boolean;
  disabled: boolean;
  temporary: boolean;
  secondFactor: boolean;
  /** The browser has signed in to it before. */
  knownDevice: boolean;
}

/** Stands in a key for the account, until it is known which. */
export const ACCOUNT = "{account}";

export interface SignInAttempt {
  /** A username or email. */
  identifier: string;
  /** The account where there is none: the hash of the identifier. */
  stranger: string;
  /** Of the secret that the browser keeps. */
  deviceHash: string;
  /** The keys with `ACCOUNT`. */
  limits: Limit[];
  /** In their stead, where the account knows the browser. */
  limitsOfKnown: Limit[];
  windowSeconds: number;
}

type Counted =
  & (Credential | { userId: null })
  & { key: string | null; attempts: number };

const counting = statement<SignInAttempt, Counted>((given) => {
  const key = given((it) => identifierKey(it.identifier));
  const inOrder = (limits: Limit[]) =>
    JSON.stringify(limits.map((it, n) => ({ n, ...it })));
  return sql`
    with credential as materialized (
      select users.id as "userId", passwords.hash as "passwordHash",
        users.disabled_at is null and ${signsIn} as usable,
        users.disabled_at is not null as disabled, passwords.temporary, ${secondFactor} as "secondFactor",
        exists (select from devices where devices.user_id = users.id
          and devices.secret_hash = ${
    given((it) => it.deviceHash)
  }) as "knownDevice"
      from users join passwords on passwords.user_id = users.id
      where users.username_key = ${key} or users.email_key = ${key}
    )
    select credential.*, exceeded.exceeded_key as key, exceeded.counted as attempts
    from (
      select coalesce((select "userId"::text from credential), ${
    given((it) => it.stranger)
  }) as id
    ) account
    cross join lateral (
      select array_agg(replace(key, ${
    sql.raw(`'${ACCOUNT}'`)
  }, account.id) order by n) as keys,
        array_agg("limit" order by n) as most
      from jsonb_to_recordset(case when (select "knownDevice" from credential)
        then ${given((it) => inOrder(it.limitsOfKnown))}::text::jsonb
        else ${given((it) => inOrder(it.limits))}::text::jsonb
        end) as it(n int, key text, "limit" int)
    ) counted
    left join credential on true
    left join lateral count_attempts(
      counted.keys, counted.most, ${given((it) => it.windowSeconds)}::int
    ) exceeded on true`;
});

/**
 * Counts a try to sign in, in one round trip with the look-up of whose it is: the only read of a hash by name.
 * Gives the limit that it exceeds, if one is.
 */
export async function countSignIn(
  db: Database,
  attempt: SignInAttempt,
): Promise<
  { found: Credential | undefined; exceeded: Exceeded | undefined }
> {
  const [{ key, attempts, ...found }] = await counting(db, attempt) as [
    Counted,
  ];
  return {
    found: found.userId === null ? undefined : found,
    exceeded: key === null ? undefined : { key, attempts },
  };
}

export interface SignIn {
  userId: string;
  passwordHash: string;
  session: NewSession;
  audit: { requestId: string; detail: Record<string, unknown> };
  /** Counters from which a success takes one back, in their order; and those that it clears. */
  refunded: string[];
  forgotten: string[];
  device: DeviceSeen;
}

const insertion = statement<SignIn, { id: string }>((given) => {
  const address = given((it) => it.session.address);
  return sql`
    with subject as (
      select id from users where id = ${given((it) => it.userId)}
        and disabled_at is null and not ${secondFactor} -- none was asked for
    ), credential as (
      select passwords.user_id from passwords join subject on passwords.user_id = subject.id
      where passwords.hash = ${given((it) => it.passwordHash)} and ${signsIn}
      for share of passwords
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
    ), counted as (
      -- In the order in which an attempt locks the same rows, or the two could wait for each other.
      select rate_limits.key, n from rate_limits
      join jsonb_array_elements_text(${
    given((it) => JSON.stringify([...it.refunded, ...it.forgotten]))
  }::text::jsonb) with ordinality as it(given, n) on rate_limits.key = it.given
      where exists (select 1 from credential)
      order by n for update of rate_limits
    ), refunded as (
      update rate_limits set attempts = attempts - 1
      where key in (select key from counted where n <= ${
    given((it) => it.refunded.length)
  }::int) and attempts > 0
    ), forgotten as (
      delete from rate_limits where key in (select key from counted where n > ${
    given((it) => it.refunded.length)
  }::int)
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
 * Begins a session, if the password that was verified still is the user's and no second factor has been added. The
 * caller's transaction has locked the user, in a statement before: one that waits for a lock itself would judge
 * other tables (factors) as they were before the wait. First the user is locked, then the password, as by every
 * change of either: whichever comes first, no session outlives it that should not.
 *
 * @returns false where the password was changed, a factor added or the user disabled meanwhile
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
