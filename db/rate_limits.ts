import { between, eq, inArray, not, or, sql } from "drizzle-orm";
import { type Database, rows } from "./client.ts";
import { isWithin } from "./clocks.ts";
import { statement } from "./prepared.ts";
import { LAST, rateLimits } from "./schema.ts";

export interface Limit {
  key: string;
  limit: number;
}

export interface Exceeded {
  key: string;
  /** In this window, with this one. */
  attempts: number;
}

/**
 * Counts one attempt in a fixed window under each key, until one exceeds its limit: that one is told.
 * One statement and the database's clock, so neither parallel attempts nor several instances slip through.
 */
export async function countAttempt(
  db: Database,
  { limits, windowSeconds }: { limits: Limit[]; windowSeconds: number },
): Promise<Exceeded | undefined> {
  const list = (values: (string | number)[]) =>
    sql.join(values.map((it) => sql`${it}`), sql`, `);
  const [exceeded] = await rows<{ exceeded_key: string; counted: number }>(
    db,
    sql`select * from count_attempts(
      array[${list(limits.map((it) => it.key))}]::text[],
      array[${list(limits.map((it) => it.limit))}]::int[], ${windowSeconds})`,
  );
  return exceeded &&
    { key: exceeded.exceeded_key, attempts: exceeded.counted };
}

/** Forgets the attempts under these keys, and under all that begin with `prefix`. */
export async function forgetAttempts(
  db: Database,
  { keys = [], prefix }: { keys?: string[]; prefix?: string },
) {
  await db.delete(rateLimits).where(or(
    keys.length > 0 ? inArray(rateLimits.key, keys) : undefined,
    prefix ? between(rateLimits.key, prefix, prefix + LAST) : undefined,
  ));
}

/** Takes attempts back that were none: somebody got in. */
export async function refundAttempts(
  db: Database,
  { keys, attempts }: { keys: string[]; attempts: number },
) {
  for (const key of keys) { // in the order in which an attempt locks them
    await db.update(rateLimits)
      .set({ attempts: sql`greatest(${rateLimits.attempts} - ${attempts}, 0)` })
      .where(eq(rateLimits.key, key));
  }
}

/** Rows whose window is long over. */
export async function deleteOldAttempts(db: Database) {
  await db.delete(rateLimits).where(
    not(isWithin(rateLimits.windowStart, sql`interval '2 days'`)),
  );
}

const counted = statement<
  { key: string; windowSeconds: number },
  { attempts: number; resetSeconds: number }
>((given) => {
  const window = sql`make_interval(secs => ${given((it) => it.windowSeconds)})`;
  const open = isWithin(sql`counter.window_start`, window);
  return sql`
    insert into rate_limits as counter (key) values (${given((it) => it.key)})
    on conflict (key) do update set
      attempts = case when ${open} then counter.attempts + 1 else 1 end,
      window_start = case when ${open} then counter.window_start else now() end
    returning attempts,
      ceil(extract(epoch from window_start + ${window} - now()))::int as "resetSeconds"`;
});

/** Counts under one key in a fixed window, and tells how far it has come and when it starts anew. */
export async function countInWindow(
  db: Database,
  given: { key: string; windowSeconds: number },
) {
  const [row] = await counted(db, given);
  return row!;
}
