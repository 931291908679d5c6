import { sql } from "drizzle-orm";
import { type Database, rows } from "../../db/client.ts";
import { insertPasskey } from "../../db/passkeys.ts";

/** A passkey in the database, as if a browser had made it; its key opens nothing. */
export async function plantPasskey(
  db: Database,
  { userId, name = "Phone", minutesAgo = 0 }: {
    userId: string;
    name?: string;
    minutesAgo?: number;
  },
): Promise<string> {
  const id = `k-${crypto.randomUUID()}`;
  await insertPasskey(db, {
    id,
    userId,
    name,
    publicKey: "AA",
    counter: 0,
    transports: [],
    address: "203.0.113.5",
    userAgent:
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  });
  await db.execute(
    sql`update passkeys set created_at = now() - make_interval(mins => ${minutesAgo}) where id = ${id}`,
  );
  return id;
}

/** What proves a user now, and whether it is suspended: read apart from the code under test. */
export async function factorsOf(db: Database, userId: string) {
  const [row] = await rows<{
    passkeys: string[];
    app: boolean;
    unconfirmed: boolean;
    codes: number;
    devices: number;
    pendingEmail: boolean;
    resetLinks: number;
    noticeLinks: number;
    sessions: number;
    tokens: number;
    suspended: string | null;
    knownToOthers: boolean;
  }>(
    db,
    sql`select
      to_json(array(select name from passkeys where user_id = u.id order by name)) as passkeys,
      exists(select from totps where user_id = u.id and confirmed_at is not null) as app,
      exists(select from totps where user_id = u.id and confirmed_at is null) as unconfirmed,
      (select count(*)::int from recovery_codes where user_id = u.id) as codes,
      (select count(*)::int from devices where user_id = u.id) as devices,
      exists(select from email_changes where user_id = u.id) as "pendingEmail",
      (select count(*)::int from mail_links where user_id = u.id and purpose = 'password_reset' and consumed_at is null) as "resetLinks",
      (select count(*)::int from mail_links where user_id = u.id and purpose = 'not_me' and consumed_at is null) as "noticeLinks",
      (select count(*)::int from sessions where user_id = u.id) as sessions,
      (select count(*)::int from api_tokens where owner_id = u.id and revoked_at is null) as tokens,
      u.authenticators_suspended as suspended,
      (select known_to_others_since is not null from passwords where user_id = u.id) as "knownToOthers"
    from users u where u.id = ${userId}`,
  );
  return row!;
}
