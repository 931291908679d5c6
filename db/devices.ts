import { type SQL, sql } from "drizzle-orm";
import type { Placeholder } from "drizzle-orm";
import { type Database, rows } from "./client.ts";

export interface DeviceSeen {
  secretHash: string;
  /** Of the notice, if it turns out to be a new one. */
  mailId: string;
  /** What the notice tells, as JSON. */
  facts: string;
}

type Value = string | Placeholder;

/**
 * Parts of a statement that has `credential`, with the `user_id` of who signs in: remembers the browser, and
 * tells the user of a new one. Not of the first of all: there is nobody to be surprised.
 */
export function deviceParts(
  { secretHash, mailId, facts }: Record<keyof DeviceSeen, Value>,
): SQL {
  return sql`device as (
      insert into devices (user_id, secret_hash)
      select user_id, ${secretHash} from credential
      on conflict (user_id, secret_hash) do update set last_seen_at = now()
      returning user_id, xmax = 0 as fresh
    ), told as (
      insert into mails (id, kind, user_id, facts)
      select ${mailId}::uuid, 'new_device', user_id, ${facts}::jsonb from device
      where fresh and exists (select from devices known where known.user_id = device.user_id)
    )`;
}

/** Whether somebody has signed in to the account from this browser. */
export async function isKnownDevice(
  db: Database,
  { userId, deviceHash }: { userId: string; deviceHash: string },
): Promise<boolean> {
  const found = await rows(
    db,
    sql`select from devices where user_id = ${userId} and secret_hash = ${deviceHash}`,
  );
  return found.length > 0;
}

export async function rememberDevice(
  db: Database,
  { userId, device }: { userId: string; device: DeviceSeen },
) {
  await rows(
    db,
    sql`with credential as (select ${userId}::uuid as user_id), ${
      deviceParts(device)
    } select 1`,
  );
}

/** Browsers that are new ones again: all of a user's, or those that are known since a moment. */
export async function deleteDevices(
  db: Database,
  { userId, since }: { userId: string; since?: Date | undefined },
) {
  const known = since
    ? sql`created_at >= ${since.toISOString()}::timestamptz`
    : sql`true`;
  await rows(
    db,
    sql`delete from devices where user_id = ${userId} and ${known}`,
  );
}

/** Browsers that nobody has signed in with for so long are new again. */
export async function deleteOldDevices(db: Database) {
  await rows(
    db,
    sql`delete from devices where last_seen_at < now() - interval '400 days'`,
  );
}
