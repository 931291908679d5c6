import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { identifierKey } from "./email_addresses.ts";
import { users } from "./schema.ts";

/** Users whose address has A-labels, by the index of trigrams; in the order of ids, behind one. */
export async function findEmailsWithLabels(
  db: Database,
  { after, limit }: { after: string; limit: number },
): Promise<{ id: string; email: string }[]> {
  const found = await db.select({ id: users.id, email: users.email })
    .from(users).where(and(
      sql`${users.searchKey} like '% xn %'`,
      sql`${users.email} ~* '[@.]xn--'`,
      gt(users.id, after),
    )).orderBy(asc(users.id)).limit(limit);
  return found.map(({ id, email }) => ({ id, email: email! }));
}

/**
 * Writes an address in another form; it stays the same one.
 *
 * @returns false where it was changed meanwhile
 * @throws a unique violation where somebody has it in that form
 */
export async function respellEmail(
  db: Database,
  { id, from, to }: { id: string; from: string; to: string },
): Promise<boolean> {
  const changed = await db.update(users)
    .set({ email: to, emailKey: identifierKey(to) })
    .where(and(eq(users.id, id), eq(users.email, from)))
    .returning({ id: users.id });
  return changed.length === 1;
}
