import { sql } from "drizzle-orm";
import type { Database } from "./client.ts";

/** What is written once and never changed, so that the program needs no right to change it (ASVS 16.4.2). */
const APPEND_ONLY = ["audit_events", "audit_seals"];

/**
 * Lets `role` work with the tables, and nothing more: no DDL, no TRUNCATE, no change of the audit log (ASVS 13.2.2).
 * Asked by the owner of the tables, in the transaction of the migrations.
 */
export async function grantWork(owner: Database, role: string) {
  const name = sql.identifier(role);
  const statements = [
    sql`grant usage on schema public to ${name}`,
    sql`revoke all on all tables in schema public from ${name}`,
    sql`grant select, insert, update, delete on all tables in schema public to ${name}`,
    ...APPEND_ONLY.map((table) =>
      sql`revoke update, delete on ${sql.identifier(table)} from ${name}`
    ),
  ];
  for (const statement of statements) await owner.execute(statement);
}
