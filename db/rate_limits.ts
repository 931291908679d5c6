import { inArray, like, or, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { rateLimits } from "./schema.ts";

export interface Limit {
  key: string;
  limit: number;
  windowSeconds: number;
}

/**
 * Counts one attempt in a fixed window and tells how many there were in it.
 * One statement and the database's clock, so neither parallel attempts nor several instances slip through.
 */
export async function countAttempt(
  db: Database,
  { key, windowSeconds }: Limit,
): Promise<number> {
  const fresh =
    sql`${rateLimits.windowStart} > now() - make_interval(secs => ${windowSeconds})`;
  const [row] = await db.insert(rateLimits).values({ key })
    .onConflictDoUpdate({
      target: rateLimits.key,
      set: {
        attempts:
          sql`case when ${fresh} then ${rateLimits.attempts} + 1 else 1 end`,
        windowStart:
          sql`case when ${fresh} then ${rateLimits.windowStart} else now() end`,
      },
    })
    .returning({ attempts: rateLimits.attempts });
  return row!.attempts;
}

/** Forgets the attempts under these keys, and under all that begin with `prefix`. */
export async function forgetAttempts(
  db: Database,
  { keys = [], prefix }: { keys?: string[]; prefix?: string },
) {
  await db.delete(rateLimits).where(or(
    keys.length > 0 ? inArray(rateLimits.key, keys) : undefined,
    prefix
      ? like(rateLimits.key, `${prefix.replace(/[\\%_]/g, "\\$&")}%`)
      : undefined,
  ));
}

/** Rows whose window is long over. */
export async function deleteOldAttempts(db: Database) {
  await db.delete(rateLimits).where(
    sql`${rateLimits.windowStart} < now() - interval '2 days'`,
  );
}
