import { sql } from "drizzle-orm";
import unhomoglyph from "unhomoglyph";
import { type Database, rows } from "./client.ts";
import { fold } from "./fold.ts";

/**
 * What a username looks like: names that are read as the same have the same look. The skeleton of UTS 39 (4), folded,
 * and of what is left the letters and digits of ASCII that it has apart by case alone. "mіke" with a Cyrillic і looks
 * like "mike", and so do "ＭIKE" and "МІКЕ".
 *
 * @returns null for what folds to ASCII, whose look the database knows by itself (`LOOK`)
 */
export function usernameLook(username: string): string | null {
  return ASCII.test(fold(username)) ? null : lookOf(username);
}

const ASCII = /^[ -~]*$/;

function lookOf(username: string): string {
  const skeleton = unhomoglyph(username.normalize("NFKD"));
  return fold(unhomoglyph(fold(skeleton)))
    .replace(/[i1]/g, "l").replaceAll("0", "o").replaceAll("m", "rn")
    .replaceAll("ĸ", "k"); // which Unicode has apart: к and κ
}

/** The look of every username; an index has it. Of one that folds to ASCII, the same as `lookOf` makes of it. */
const LOOK = sql.raw(
  "coalesce(username_look, replace(translate(username_key, 'i01', 'lol'), 'm', 'rn'))",
);

/** Any number; it stands for the looks of usernames among the advisory locks. */
const LOOKS_LOCK = 72_773_376;

/**
 * Which of these usernames, as keys, look like another one that somebody else has. Two of ASCII alone are never taken
 * for each other, since "j.bell" and "j.bel1" are both people's. Until the transaction ends nobody takes a username
 * that looks like one of these: one of other letters waits for all, those of ASCII for none of their own.
 *
 * @param exceptId whose own username doesn't count; nor does the new one where it is the same
 */
export async function findLookAlikes(
  tx: Database,
  usernames: readonly string[],
  exceptId: string | null = null,
): Promise<Set<string>> {
  const given = usernames.map((it) => ({
    key: fold(it),
    look: lookOf(it),
    ascii: usernameLook(it) === null,
  }));
  await tx.execute(
    given.every((it) => it.ascii)
      ? sql`select pg_advisory_xact_lock_shared(${LOOKS_LOCK})`
      : sql`select pg_advisory_xact_lock(${LOOKS_LOCK})`,
  );
  const found = await rows<{ key: string }>(
    tx,
    sql`
    select key from json_to_recordset(${JSON.stringify(given)}::text::json)
      as given(key text, look text, ascii boolean)
    where exists (
      select from users where ${LOOK} = given.look collate "C" and username_key <> given.key
        and (username_look is not null or not given.ascii)
        and id is distinct from ${exceptId}::uuid
    ) and not exists (
      select from users where id = ${exceptId}::uuid and username_key = given.key
    )`,
  );
  const keys = new Set(found.map((it) => it.key));
  for (const it of lookAlikesAmong(given)) keys.add(it);
  return keys;
}

/** Those that look like one before them. */
function lookAlikesAmong(
  given: { key: string; look: string; ascii: boolean }[],
): string[] {
  const seen = new Map<string, { key: string; ascii: boolean }[]>();
  return given.flatMap(({ key, look, ascii }) => {
    const before = seen.get(look) ?? [];
    const alike = before.some((it) => it.key !== key && !(it.ascii && ascii));
    seen.set(look, [...before, { key, ascii }]);
    return alike ? key : [];
  });
}

/** Writes the looks of usernames that were stored before there were any. Gives how many there were, at most `limit`. */
export async function fillLooks(db: Database, limit: number): Promise<number> {
  const missing = await rows<{ id: string; username: string }>(
    db,
    sql`select id, username from users where username_look is null
      and octet_length(username_key) > char_length(username_key) limit ${limit}`,
  );
  const looks = missing.map(({ id, username }) => ({
    id,
    username,
    look: lookOf(username),
  }));
  await db.execute(sql`
    update users set username_look = given.look
    from json_to_recordset(${JSON.stringify(looks)}::text::json)
      as given(id uuid, username text, look text)
    where users.id = given.id and users.username = given.username`);
  return missing.length;
}
