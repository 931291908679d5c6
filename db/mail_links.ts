import { and, eq, isNull, lt, ne, or, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { hasBegun } from "./clocks.ts";
import { type LinkPurpose, mailLinks, mails, users } from "./schema.ts";
import { heldPermissions, secondFactor } from "./users.ts";

export type { LinkPurpose };

/** What a link's token says of itself; the secret only as its hash. */
export interface LinkKey {
  id: string;
  secretHash: string;
  purpose: LinkPurpose;
}

export async function insertMailLink(
  db: Database,
  { minutes, ...link }: LinkKey & {
    userId: string;
    mailId: string;
    minutes: number;
  },
) {
  await db.insert(mailLinks).values({
    ...link,
    expiresAt: sql`now() + make_interval(mins => ${minutes})`,
  });
}

const open = ({ id, secretHash, purpose }: LinkKey) =>
  and(
    eq(mailLinks.id, id),
    eq(mailLinks.secretHash, secretHash),
    eq(mailLinks.purpose, purpose), // made for one thing, good for no other (ASVS 6.6.2)
    isNull(mailLinks.consumedAt),
    sql`${mailLinks.expiresAt} > now()`,
    hasBegun(mailLinks.createdAt),
  );

/** Whose link it is while it is open; of a disabled account not one that sets the password. */
export async function findLinkOwner(db: Database, key: LinkKey) {
  const [owner] = await db.select({
    userId: users.id,
    name: users.name,
    username: users.username,
    email: users.email,
    facts: mails.facts,
    secondFactor,
    permissions: heldPermissions,
  }).from(mailLinks)
    .innerJoin(users, eq(users.id, mailLinks.userId))
    .innerJoin(mails, eq(mails.id, mailLinks.mailId))
    .where(and(
      open(key),
      or(
        isNull(users.disabledAt),
        ne(mailLinks.purpose, "password_reset"),
      ),
    ));
  return owner ?? null;
}

/** Gives the id of the link's mail, to one caller only, however many come at once; to the others null. */
export async function consumeMailLink(
  db: Database,
  key: LinkKey,
): Promise<string | null> {
  const [consumed] = await db.update(mailLinks)
    .set({ consumedAt: sql`now()` })
    .where(open(key)).returning({ mailId: mailLinks.mailId });
  return consumed?.mailId ?? null;
}

const wasMailed =
  sql`exists(select from ${mails} where ${mails.id} = ${mailLinks.mailId}
  and ${mails.facts} ->> 'by' is distinct from 'cli')`;

/** Ends a user's open links of one purpose; or those mailed before one, which leaves what the operator has printed. */
export async function endMailLinks(
  db: Database,
  { userId, purpose, mailedBefore }: {
    userId: string;
    purpose: LinkPurpose;
    mailedBefore?: string;
  },
) {
  await db.delete(mailLinks).where(and(
    eq(mailLinks.userId, userId),
    eq(mailLinks.purpose, purpose),
    isNull(mailLinks.consumedAt),
    mailedBefore ? and(lt(mailLinks.id, mailedBefore), wasMailed) : undefined,
  ));
}

/** Links that can't be used any more, apart from those that were. */
export async function deleteOverLinks(db: Database) {
  await db.delete(mailLinks).where(and(
    isNull(mailLinks.consumedAt),
    sql`${mailLinks.expiresAt} < now() - interval '1 day'`,
  ));
}
