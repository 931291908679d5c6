import { and, desc, eq, isNull, lt, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { Database } from "./client.ts";
import { reports, users } from "./schema.ts";

/** Keeps what the notice told, since the outbox forgets it one day. */
export async function insertReport(
  db: Database,
  report: Omit<typeof reports.$inferInsert, "id">,
) {
  await db.insert(reports).values({ id: uuidv7(), ...report });
}

/** The newest first, paged by key. */
export async function listOpenReports(
  db: Database,
  { before, limit }: { before?: string | undefined; limit: number },
) {
  return await db.select({
    id: reports.id,
    createdAt: reports.createdAt,
    address: reports.address,
    mailKind: reports.mailKind,
    facts: reports.facts,
    userId: users.id,
    name: users.name,
    username: users.username,
    disabled: sql<boolean>`${users.disabledAt} is not null`,
  }).from(reports).innerJoin(users, eq(users.id, reports.userId))
    .where(and(
      isNull(reports.closedAt),
      before ? lt(reports.id, before) : undefined,
    )).orderBy(desc(reports.id)).limit(limit);
}

export type ReportRow = Awaited<ReturnType<typeof listOpenReports>>[number];

/** Whom an open report is about; null where it is closed, or never was. */
export async function findOpenReport(db: Database, id: string) {
  const [row] = await db.select({ userId: reports.userId }).from(reports)
    .where(and(eq(reports.id, id), isNull(reports.closedAt)));
  return row ?? null;
}

/** Has somebody said of a notice that it was not them, which staff have not settled yet? */
export async function hasOpenReport(
  db: Database,
  userId: string,
): Promise<boolean> {
  const open = await db.select({ id: reports.id }).from(reports)
    .where(and(eq(reports.userId, userId), isNull(reports.closedAt))).limit(1);
  return open.length > 0;
}

/** Has somebody done what an open report of a user is about? */
export async function isReported(
  db: Database,
  { userId, actorId }: { userId: string; actorId: string },
): Promise<boolean> {
  const open = await db.select({ id: reports.id }).from(reports)
    .where(and(
      eq(reports.userId, userId),
      isNull(reports.closedAt),
      sql`${reports.facts} ->> 'actor' = ${actorId}`,
    )).limit(1);
  return open.length > 0;
}

/** Closes one report, or all open ones of a user. Tells how many there were. */
export async function closeReports(
  db: Database,
  { which, closedBy }: {
    which: { id: string } | { userId: string };
    closedBy: string;
  },
): Promise<number> {
  const named = "id" in which
    ? eq(reports.id, which.id)
    : eq(reports.userId, which.userId);
  return (await db.update(reports).set({ closedAt: sql`now()`, closedBy })
    .where(and(named, isNull(reports.closedAt)))
    .returning({ id: reports.id })).length;
}
