import { type SQL, sql } from "drizzle-orm";
import { type Database, rows } from "./client.ts";
import { numberKey, type ValueField, valueKey } from "./user_search_values.ts";

/**
 * Makes the indexes of the fields that SEARCH_FIELDS names beside names, where they are missing. Asked at the start, by
 * the owner of the tables. Nobody waits for it but this start: some 20 s for each at 1,000,000 users. What the setting no
 * longer names stays, since another instance may still search it: `users_search_…` and `users_number_…` may be
 * dropped.
 */
export async function makeSearchIndexes(
  db: Database,
  fields: readonly ValueField[],
  { concurrently }: { concurrently: boolean },
) {
  for (const field of fields.filter((it) => it.name !== "id")) {
    const end = field.name.replace(".", "_");
    await make(db, `users_search_${end}`, valueKey(field), concurrently);
    if (field.tel) {
      await make(db, `users_number_${end}`, numberKey(field), concurrently);
    }
  }
}

async function make(
  db: Database,
  name: string,
  key: SQL,
  concurrently: boolean,
) {
  const [found] = await rows<{ broken: boolean }>(
    db,
    sql`select not indisvalid and not exists (
        select from pg_stat_progress_create_index where index_relid = indexrelid
      ) as broken from pg_index where indexrelid = to_regclass(${name})`,
  );
  if (found && !found.broken) return;
  const index = sql.identifier(name);
  if (found) await db.execute(sql`drop index if exists ${index}`);
  const how = sql.raw(concurrently ? "concurrently" : "");
  await db.execute(
    sql`create index ${how} if not exists ${index} on users (${key}, id)
      where ${key} is not null`,
  );
}
