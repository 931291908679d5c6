import { eq, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { Connection, Database } from "../../db/client.ts";
import { insertApiToken } from "../../db/api_tokens.ts";
import { apiTokens, jobs, type Scope } from "../../db/schema_programs.ts";
import { users } from "../../db/schema.ts";
import type { Actor, Permission, Services } from "../../services/context.ts";
import { receiveImport } from "../../services/import_uploads.ts";
import type { ImportOptions } from "../../services/import_batches.ts";
import { listProblems } from "../../db/jobs.ts";
import { getJob } from "../../services/jobs.ts";
import { createToken, hashSecret } from "../../services/tokens.ts";
import { program } from "./app.ts";
import { type Person, person } from "./people.ts";

export function contextOf(services: Services) {
  const context = { requestId: "test", address: "192.0.2.7", userAgent: "" };
  return { ...services, ...context };
}

/** Somebody by a token that may do this. */
export async function actorOf(
  db: Database,
  { id: userId, name, username, email }: Person,
  { permissions, scopes = ["users:write", "passwords:set"] }: {
    permissions: Permission[];
    scopes?: Scope[];
  },
): Promise<Actor & { sessionId: string }> {
  const { id, secret } = createToken();
  const expiresAt = new Date(Date.now() + 3_600_000);
  const secretHash = hashSecret(secret);
  await insertApiToken(db, {
    id,
    ownerId: userId,
    name: "test",
    scopes,
    secretHash,
    expiresAt,
  });
  return {
    userId,
    sessionId: id,
    token: { id, name: "test", scopes, expiresAt },
    name,
    username,
    email,
    permissions,
    mustChangePassword: false,
    secondFactor: false,
    mustConfirm: false,
    mustEnrol: false,
  };
}

export async function revoke(db: Database, id: string) {
  await db.update(apiTokens).set({ revokedAt: sql`now()` })
    .where(eq(apiTokens.id, id));
}

/** Uploads a file to be imported; tells the job's id. */
export async function upload(
  services: Services,
  actor: Actor,
  text: string,
  options: Partial<ImportOptions> = {},
): Promise<string> {
  const received = await receiveImport(contextOf(services), {
    actor,
    options: {
      format: "csv",
      dryRun: false,
      skipExisting: false,
      batch: 2,
      ...options,
    },
    body: new Blob([text]).stream(),
  });
  if (!received.ok) throw new Error(received.failure.reason);
  return received.value.id;
}

/** A job as it stands, with its problems as lines. */
export async function jobOf(services: Services, jobId: string) {
  const context = contextOf(services);
  const job = (await getJob(context, jobId))!;
  const problems = await listProblems(services.db, { jobId, limit: 100 });
  return {
    state: job.state,
    failure: job.failure,
    counts: [job.read, job.changed, job.skipped, job.refused],
    problems: problems.map((it) => `${it.line} ${it.field} ${it.problem}`),
  };
}

/** As if the worker that has it were gone for a minute. */
export async function dropLease(db: Database, jobId: string) {
  await db.update(jobs).set({ leasedUntil: null }).where(eq(jobs.id, jobId));
}

export async function userOf(db: Database, username: string) {
  const [row] = await db.select().from(users)
    .where(eq(users.username, username));
  return row;
}

export const unknownId = uuidv7;

/** The program, and a member of staff with a token for users and their passwords. */
export async function jobDesk(
  connection: Pick<Connection, "db">,
  environment: Record<string, string> = {},
) {
  const permissions = ["user_management" as const];
  const staff = await person(connection.db, { permissions });
  const actor = await actorOf(connection.db, staff, { permissions });
  return { ...program(connection, environment), staff, actor };
}
