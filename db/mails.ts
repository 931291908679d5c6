import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { type Database, rows } from "./client.ts";
import { isDue } from "./clocks.ts";
import { mailAttempts, type MailKind, mails } from "./schema.ts";

export type { MailKind };

export interface NewMail {
  kind: MailKind;
  userId: string | null;
  /** Where it goes, if not to the user's own address. */
  recipient?: string;
  /** What the mail tells, and never a secret. */
  facts: Record<string, string>;
  /** Never sent: for what has to cost the same as a mail that is, or is told in another way. */
  state?: "dropped";
}

/** Gives the mail's id. */
export async function insertMail(db: Database, mail: NewMail): Promise<string> {
  const id = uuidv7();
  await db.insert(mails).values({ id, ...mail });
  return id;
}

/** A mail that is to be sent now, with whom it goes to as the database has it now. */
export interface DueMail {
  id: string;
  kind: MailKind;
  facts: Record<string, string>;
  attempts: number;
  userId: string | null;
  name: string | null;
  username: string | null;
  email: string | null;
  language: string | null;
  disabled: boolean;
}

/**
 * Takes mails that are due, the longest waiting first, and puts them off for `leaseSeconds`: no other worker
 * takes them meanwhile, and if this one dies they are due again.
 */
export async function leaseMails(
  db: Database,
  { limit, leaseSeconds }: { limit: number; leaseSeconds: number },
): Promise<DueMail[]> {
  return await rows(
    db,
    sql`
    with leased as (
      update mails set attempts = attempts + 1,
        due_at = now() + make_interval(secs => ${leaseSeconds})
      where id in (
        select id from mails where state = 'queued' and ${isDue(sql`due_at`)}
        order by due_at limit ${limit} for update skip locked
      )
      returning id, kind, facts, attempts, user_id, recipient
    )
    select leased.id, leased.kind, leased.facts, leased.attempts, users.id as "userId",
      users.name, users.username, coalesce(leased.recipient, users.email) as email, users.attributes ->> 'language' as language,
      users.disabled_at is not null as disabled
    from leased left join users on users.id = leased.user_id
    order by leased.id`,
  );
}

/** Goes on with mails that are under way: no other worker takes them for `leaseSeconds` more. */
export async function renewMailLeases(
  db: Database,
  { ids, leaseSeconds }: { ids: string[]; leaseSeconds: number },
) {
  if (ids.length === 0) return;
  await db.update(mails)
    .set({ dueAt: sql`now() + make_interval(secs => ${leaseSeconds})` })
    .where(and(inArray(mails.id, ids), eq(mails.state, "queued")));
}

export interface Delivery {
  mailId: string;
  outcome: "sent" | "deferred" | "failed";
  /** What the server said, or what kept it from saying anything. */
  answer: string;
  /** Until a deferred mail is tried again. */
  retrySeconds: number;
}

/** In a transaction. What was sent stays sent, whatever another worker has heard meanwhile. */
export async function recordDelivery(
  db: Database,
  { mailId, outcome, answer, retrySeconds }: Delivery,
) {
  await db.insert(mailAttempts).values({
    id: uuidv7(),
    mailId,
    outcome,
    answer,
  });
  const known = eq(mails.id, mailId);
  if (outcome === "sent") {
    await db.update(mails).set({ state: "sent" }).where(known);
    return;
  }
  await db.update(mails).set(
    outcome === "deferred"
      ? { dueAt: sql`now() + make_interval(secs => ${retrySeconds})` }
      : { state: outcome },
  ).where(and(known, eq(mails.state, "queued")));
}

/** It goes to nobody: there is no such user, no address, or the account is disabled. */
export async function dropMail(db: Database, id: string) {
  await db.update(mails).set({ state: "dropped" }).where(eq(mails.id, id));
}

/** What a mail tells, and when it was written. */
export async function findMail(db: Database, id: string) {
  const [row] = await db.select({
    kind: mails.kind,
    facts: mails.facts,
    createdAt: mails.createdAt,
  }).from(mails).where(eq(mails.id, id));
  return row ?? null;
}

/** What still waits of some kinds, to one user, is not sent any more. */
export async function dropQueuedMails(
  db: Database,
  { userId, kinds }: { userId: string; kinds: MailKind[] },
) {
  await db.update(mails).set({ state: "dropped" }).where(and(
    eq(mails.userId, userId),
    inArray(mails.kind, kinds),
    eq(mails.state, "queued"),
  ));
}

/** Mails that are over, and when they were: those to nobody tell of strangers' typing, and go first. */
export async function deleteOldMails(db: Database) {
  await db.delete(mails).where(and(
    sql`${mails.state} <> 'queued'`,
    sql`${mails.createdAt} < now() - case when ${mails.state} = 'dropped'
      then interval '1 day' else interval '90 days' end`,
  ));
}

/** The mails to a user and what became of them, the newest first. */
export async function listMails(db: Database, userId: string, limit: number) {
  return await db.select({
    id: mails.id,
    kind: mails.kind,
    state: mails.state,
    createdAt: mails.createdAt,
    attempts: mails.attempts,
    answer: sql<
      string | null
    >`(select answer from mail_attempts where mail_id = mails.id order by mail_attempts.id desc limit 1)`,
  }).from(mails).where(eq(mails.userId, userId)).orderBy(desc(mails.id))
    .limit(limit);
}

export type MailRow = Awaited<ReturnType<typeof listMails>>[number];
