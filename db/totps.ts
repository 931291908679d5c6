import { and, eq, gt, isNotNull, isNull, lt, or, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { totps } from "./schema.ts";

/** A user's authenticator app, confirmed or still to be; null where there is none. */
export async function findTotp(db: Database, userId: string) {
  const [row] = await db.select().from(totps).where(eq(totps.userId, userId));
  return row ?? null;
}

/** A new secret takes the place of one that was never confirmed; false where one was. */
export async function replaceUnconfirmedTotp(
  db: Database,
  { userId, sealedSecret }: { userId: string; sealedSecret: string },
): Promise<boolean> {
  const values = { sealedSecret, createdAt: sql`now()` };
  return (await db.insert(totps).values({ userId, sealedSecret })
    .onConflictDoUpdate({
      target: totps.userId,
      set: values,
      setWhere: isNull(totps.confirmedAt),
    }).returning({ userId: totps.userId })).length === 1;
}

/** Steps of half a minute in an hour. */
const HOUR = 120;

/**
 * Uses a step up: true for one caller only, and for no step twice or backwards (RFC 6238, 5.2). A last step more
 * than an hour ahead was used under a wrong clock: it would lock the app out until the clock came there again.
 */
export async function consumeTotpStep(
  db: Database,
  { userId, step, confirmed, confirming }: {
    userId: string;
    step: number;
    confirmed: boolean;
    /** Where it is confirmed, and the secret as it is kept from now on. */
    confirming?: { sealedSecret: string; address: string; userAgent: string };
  },
): Promise<boolean> {
  const used = await db.update(totps).set({
    lastStep: step,
    ...(!confirmed && { confirmedAt: sql`now()`, ...confirming }),
  }).where(and(
    eq(totps.userId, userId),
    or(lt(totps.lastStep, step), gt(totps.lastStep, step + HOUR)),
    confirmed ? isNotNull(totps.confirmedAt) : isNull(totps.confirmedAt),
  )).returning({ userId: totps.userId });
  return used.length === 1;
}

/** False where there was none that counted. */
export async function deleteTotp(
  db: Database,
  userId: string,
): Promise<boolean> {
  const [gone] = await db.delete(totps).where(eq(totps.userId, userId))
    .returning({ confirmedAt: totps.confirmedAt });
  return !!gone?.confirmedAt;
}

/** Ends an app that was begun and never confirmed: whoever began it knows its secret. */
export async function deleteUnconfirmedTotp(db: Database, userId: string) {
  await db.delete(totps)
    .where(and(eq(totps.userId, userId), isNull(totps.confirmedAt)));
}
