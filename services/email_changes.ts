import type { Database } from "../db/client.ts";
import {
  EMAIL_CHANGE_HOURS,
  findEmailChange,
  replaceEmailChange,
  setEmail,
} from "../db/email_changes.ts";
import { consumeMailLink, findLinkOwner } from "../db/mail_links.ts";
import { insertMail } from "../db/mails.ts";
import { uniqueViolation } from "../db/unique.ts";
import { findUserByIdentifier, lockUser } from "../db/users.ts";
import { recordAudit } from "./audit.ts";
import type { ServiceContext } from "./context.ts";
import { withdrawEmailChange } from "./email_withdrawal.ts";
import { endAccess } from "./ended_access.ts";
import { parseLink } from "./mail_links.ts";
import { ok, refuse, type Result } from "./result.ts";
import { inTransaction } from "./transaction.ts";

export { EMAIL_CHANGE_HOURS };

/** What a link of a mail may do to a change of the address. */
export type EmailChangeStep = "confirm_email" | "stop_email";

/**
 * A new address has to be confirmed by whoever reads its mail; the old one is told, and can stop it. Part of
 * the transaction of an edit; a newer change ends the links of an older one.
 */
export async function requestEmailChange(
  tx: Database,
  { address }: Pick<ServiceContext, "address">,
  { userId, from, to }: { userId: string; from: string | null; to: string },
) {
  await withdrawEmailChange(tx, { userId });
  await replaceEmailChange(tx, { userId, email: to });
  const facts = { to, address, at: new Date().toISOString() };
  await insertMail(tx, {
    kind: "email_confirmation",
    userId,
    recipient: to,
    facts,
  });
  if (from) {
    await insertMail(tx, {
      kind: "email_change_announced",
      userId,
      recipient: from,
      facts,
    });
  }
}

/** Tells an address that it no longer is, or now is, the one of the account (ASVS 6.3.7). */
export async function notifyOfEmail(
  tx: Database,
  { address }: Pick<ServiceContext, "address">,
  { userId, recipient, to }: {
    userId: string;
    recipient: string;
    to: string | null;
  },
) {
  await insertMail(tx, {
    kind: "email_changed",
    userId,
    recipient,
    facts: { to: to ?? "", address, at: new Date().toISOString() },
  });
}

/** Whose address a link is about, and which one waits; undefined where the link is over. */
export async function findEmailStep(
  { db }: ServiceContext,
  step: EmailChangeStep,
  token: string | undefined,
): Promise<{ username: string; email: string } | undefined> {
  const link = parseLink(token, step);
  const owner = link && await findLinkOwner(db, link);
  const email = owner && await findEmailChange(db, owner.userId);
  return email && email === owner.facts.to
    ? { username: owner.username, email }
    : undefined;
}

export type EmailStepFailure = { reason: "link_over" } | { reason: "taken" };

/** Confirms the new address, or stops the change; by link, once. */
export async function takeEmailStep(
  context: ServiceContext,
  { step, token }: { step: EmailChangeStep; token: string | undefined },
): Promise<Result<void, EmailStepFailure>> {
  const link = parseLink(token, step);
  const owner = link && await findLinkOwner(context.db, link);
  if (!link || !owner) return refuse({ reason: "link_over" });
  const { userId, facts } = owner;
  return await takenAsFailure(context, async (tx) => {
    await lockUser(tx, userId);
    if (!await consumeMailLink(tx, link)) {
      return refuse({ reason: "link_over" });
    }
    // The link is about one address; another one may wait by now.
    const email = await findEmailChange(tx, userId);
    if (email === null || email !== facts.to) {
      return refuse({ reason: "link_over" });
    }
    await withdrawEmailChange(tx, { userId });
    if (step === "stop_email") {
      await recordAudit(tx, context, {
        event: "email_change_stopped",
        subjectId: userId,
      });
      return ok(undefined);
    }
    const holder = await findUserByIdentifier(tx, email);
    if (holder && holder.id !== userId) return refuse({ reason: "taken" });
    const before = await setEmail(tx, { userId, email });
    await endAccess(tx, { change: "email_changed", userId }); // links went to the old one
    await recordAudit(tx, context, {
      event: "email_changed",
      actorId: userId,
      subjectId: userId,
    });
    for (const recipient of [before, email]) {
      if (recipient) {
        await notifyOfEmail(tx, context, { userId, recipient, to: email });
      }
    }
    return ok(undefined);
  });
}

/** Two who confirm one address at the same moment: the unique index decides, and it is no bug. */
async function takenAsFailure<Value>(
  context: ServiceContext,
  body: (tx: Database) => Promise<Result<Value, EmailStepFailure>>,
): Promise<Result<Value, EmailStepFailure>> {
  try {
    return await inTransaction(context, body);
  } catch (error) {
    if (uniqueViolation(error) === undefined) throw error;
    return refuse({ reason: "taken" });
  }
}
