import { and, eq, gte, not, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { isWithin } from "./clocks.ts";
import { identifierKey } from "./email_addresses.ts";
import { emailChanges, users } from "./schema.ts";

/** Hours in which a new address can be confirmed, or the change be stopped. */
export const EMAIL_CHANGE_HOURS = 24;

const open = isWithin(
  sql`email_changes.created_at`,
  sql.raw(`interval '${EMAIL_CHANGE_HOURS} hours'`),
);

/** The address that waits for its confirmation, as a column of a query over `users`. */
export const pendingEmail = sql<
  string | null
>`(select email from email_changes where email_changes.user_id = ${users.id}
  and ${open})`;

/** A newer change takes the place of an older one. */
export async function replaceEmailChange(
  db: Database,
  { userId, email }: { userId: string; email: string },
) {
  await db.insert(emailChanges).values({ userId, email }).onConflictDoUpdate({
    target: emailChanges.userId,
    set: { email, createdAt: sql`now()` },
  });
}

/** The address that waits, whoever asks; null where none does. */
export async function findEmailChange(db: Database, userId: string) {
  const [row] = await db.select({ email: emailChanges.email })
    .from(emailChanges).where(eq(emailChanges.userId, userId));
  return row?.email ?? null;
}

/** Gives the address that was waiting, or has been since a moment; null where none was. */
export async function deleteEmailChange(
  db: Database,
  { userId, since }: { userId: string; since?: Date | undefined },
): Promise<string | null> {
  const [row] = await db.delete(emailChanges)
    .where(and(
      eq(emailChanges.userId, userId),
      since && gte(emailChanges.createdAt, since),
    ))
    .returning({ email: emailChanges.email });
  return row?.email ?? null;
}

/** Gives the address of before. */
export async function setEmail(
  db: Database,
  { userId, email }: { userId: string; email: string },
): Promise<string | null> {
  const [before] = await db.select({ email: users.email }).from(users)
    .where(eq(users.id, userId));
  await db.update(users).set({
    email,
    emailKey: identifierKey(email),
    version: sql`${users.version} + 1`,
    updatedAt: sql`now()`,
  }).where(eq(users.id, userId));
  return before?.email ?? null;
}

export async function deleteOldEmailChanges(db: Database) {
  await db.delete(emailChanges).where(
    not(open),
  );
}
