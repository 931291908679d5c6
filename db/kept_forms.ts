import { and, desc, eq, not, sql } from "drizzle-orm";
import { type Database, rows } from "./client.ts";
import { isWithin } from "./clocks.ts";
import { keptForms } from "./schema.ts";

/** Minutes for which a form is kept: time to sign in. */
export const KEPT_MINUTES = 30;

/** Forms of one user in one browser that are kept at a time; the oldest goes. No other browser pushes it out. */
const KEPT_AT_MOST = 10;

/** Whose form it is, and in which browser: both have to be right. */
export interface FormKeeper {
  userId: string;
  browserHash: string;
}

const open = isWithin(
  keptForms.keptAt,
  sql.raw(`interval '${KEPT_MINUTES} minutes'`),
);

/** A newer form of the same path takes the place of an older one. Nothing for a user that there is not. */
export async function upsertKeptForm(
  db: Database,
  { userId, browserHash, path, fields }: FormKeeper & {
    path: string;
    fields: string;
  },
) {
  await rows(
    db,
    sql`insert into kept_forms (user_id, browser_hash, path, fields)
      select id, ${browserHash}, ${path}, ${fields} from users where id = ${userId}::uuid
      on conflict (user_id, browser_hash, path) do update set fields = excluded.fields, kept_at = now()`,
  );
  await rows(
    db,
    sql`delete from kept_forms where (user_id, browser_hash, path) in (
      select user_id, browser_hash, path from kept_forms
      where user_id = ${userId}::uuid and browser_hash = ${browserHash}
      order by kept_at desc, path offset ${KEPT_AT_MOST})`,
  );
}

/** Gives the form, once. */
export async function takeKeptForm(
  db: Database,
  { userId, browserHash, path }: FormKeeper & { path: string },
): Promise<string | null> {
  const [row] = await db.delete(keptForms).where(and(
    eq(keptForms.userId, userId),
    eq(keptForms.browserHash, browserHash),
    eq(keptForms.path, path),
  )).returning({ fields: keptForms.fields, open: sql<boolean>`${open}` });
  return row?.open ? row.fields : null;
}

/** The path of the form that was kept last. */
export async function findKeptPath(
  db: Database,
  { userId, browserHash }: FormKeeper,
): Promise<string | null> {
  const [row] = await db.select({ path: keptForms.path }).from(keptForms)
    .where(and(
      eq(keptForms.userId, userId),
      eq(keptForms.browserHash, browserHash),
      open,
    ))
    .orderBy(desc(keptForms.keptAt)).limit(1);
  return row?.path ?? null;
}

export async function deleteOldKeptForms(db: Database) {
  await db.delete(keptForms).where(not(open));
}
