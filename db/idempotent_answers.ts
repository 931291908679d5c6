import { and, eq, not, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { isWithin } from "./clocks.ts";
import { idempotentAnswers } from "./schema_programs.ts";

export interface IdempotencyKey {
  ownerId: string;
  key: string;
}

/** Hours for which an answer is kept. */
export const IDEMPOTENCY_HOURS = 24;

const over = not(isWithin(
  idempotentAnswers.createdAt,
  sql`make_interval(hours => ${IDEMPOTENCY_HOURS})`,
));

/**
 * Takes a key for the transaction's request. False where it was used before; while another request with it is
 * under way, this waits for that one's end.
 */
export async function claimIdempotencyKey(
  db: Database,
  { ownerId, key, requestHash }: IdempotencyKey & { requestHash: string },
): Promise<boolean> {
  const fresh = { requestHash, createdAt: sql`now()` };
  const claimed = await db.insert(idempotentAnswers)
    .values({ ownerId, key, ...fresh })
    .onConflictDoUpdate({
      target: [idempotentAnswers.ownerId, idempotentAnswers.key],
      set: fresh,
      setWhere: over,
    }).returning({ key: idempotentAnswers.key });
  return claimed.length === 1;
}

/** What was answered under a key; null where there is nothing. */
export async function findIdempotentAnswer(
  db: Database,
  { ownerId, key }: IdempotencyKey,
) {
  const [row] = await db.select({
    requestHash: idempotentAnswers.requestHash,
    status: idempotentAnswers.status,
    headers: idempotentAnswers.headers,
    sealedBody: idempotentAnswers.sealedBody,
  }).from(idempotentAnswers).where(whose({ ownerId, key }));
  return row ?? null;
}

export async function keepIdempotentAnswer(
  db: Database,
  { ownerId, key, ...answer }: IdempotencyKey & {
    status: number;
    headers: Record<string, string>;
    sealedBody: string;
  },
) {
  await db.update(idempotentAnswers).set(answer).where(whose({ ownerId, key }));
}

/** A request that was refused has changed nothing: its key is free again. */
export async function releaseIdempotencyKey(db: Database, key: IdempotencyKey) {
  await db.delete(idempotentAnswers).where(whose(key));
}

export async function deleteOldIdempotentAnswers(db: Database) {
  await db.delete(idempotentAnswers).where(over);
}

function whose({ ownerId, key }: IdempotencyKey) {
  return and(
    eq(idempotentAnswers.ownerId, ownerId),
    eq(idempotentAnswers.key, key),
  );
}
