import { and, eq } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { Database } from "./client.ts";
import { recoveryCodes } from "./schema.ts";

/** A new set ends the old one. */
export async function replaceRecoveryCodes(
  db: Database,
  { userId, hashes }: { userId: string; hashes: string[] },
) {
  await db.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  if (hashes.length === 0) return;
  await db.insert(recoveryCodes)
    .values(hashes.map((hash) => ({ id: uuidv7(), userId, hash })));
}

export async function listRecoveryCodes(
  db: Database,
  userId: string,
): Promise<string[]> {
  const rows = await db.select({ hash: recoveryCodes.hash })
    .from(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  return rows.map((it) => it.hash);
}

/** When a user's set was made; null where there is none. */
export async function findRecoveryCodesMadeAt(
  db: Database,
  userId: string,
): Promise<Date | null> {
  const [row] = await db.select({ createdAt: recoveryCodes.createdAt })
    .from(recoveryCodes).where(eq(recoveryCodes.userId, userId)).limit(1);
  return row?.createdAt ?? null;
}

/** True for one caller only, however many come at once. */
export async function consumeRecoveryCode(
  db: Database,
  { userId, hash }: { userId: string; hash: string },
): Promise<boolean> {
  return (await db.delete(recoveryCodes).where(and(
    eq(recoveryCodes.userId, userId),
    eq(recoveryCodes.hash, hash),
  )).returning({ id: recoveryCodes.id })).length === 1;
}
