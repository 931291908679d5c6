import { and, eq, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { endsWithin } from "./clocks.ts";
import { setupLinks } from "./schema.ts";

/** Minutes for which the link works. */
export const SETUP_LINK_MINUTES = 60;

/** A new link ends the older ones. */
export async function replaceSetupLink(
  db: Database,
  { id, secretHash }: { id: string; secretHash: string },
) {
  await db.transaction(async (tx) => {
    await tx.delete(setupLinks);
    await tx.insert(setupLinks).values({
      id,
      secretHash,
      expiresAt: sql`now() + make_interval(mins => ${SETUP_LINK_MINUTES})`,
    });
  });
}

const open = (id: string, secretHash: string) =>
  and(
    eq(setupLinks.id, id),
    eq(setupLinks.secretHash, secretHash),
    endsWithin(
      setupLinks.expiresAt,
      sql`make_interval(mins => ${SETUP_LINK_MINUTES})`,
    ),
  );

export async function isSetupLinkOpen(
  db: Database,
  { id, secretHash }: { id: string; secretHash: string },
): Promise<boolean> {
  return (await db.select({ id: setupLinks.id }).from(setupLinks)
    .where(open(id, secretHash))).length === 1;
}

/** True for one caller only, however many come at once. */
export async function consumeSetupLink(
  db: Database,
  { id, secretHash }: { id: string; secretHash: string },
): Promise<boolean> {
  return (await db.delete(setupLinks).where(open(id, secretHash))
    .returning({ id: setupLinks.id })).length === 1;
}
