import { sql } from "drizzle-orm";
import type { Database } from "./client.ts";

/** Asks the database for nothing; throws where it doesn't answer. */
export async function ping(db: Database): Promise<void> {
  await db.execute(sql`select`);
}
