import { findActorOfMail, findEmailEntry } from "../db/audit_events.ts";
import { consumeMailLink, findLinkOwner } from "../db/mail_links.ts";
import { expirePassword, findPassword } from "../db/passwords.ts";
import {
  hasOtherHolder,
  hasOtherHolderOfAll,
  lockPermissions,
} from "../db/permissions.ts";
import {
  closeReports,
  findOpenReport,
  hasOpenReport,
  insertReport,
  isReported,
  listOpenReports,
  type ReportRow,
} from "../db/reports.ts";
import { findMail } from "../db/mails.ts";
import {
  findUser,
  lockUser,
  setDisabled,
  type UserDetails,
} from "../db/users.ts";
import type { Database } from "../db/client.ts";
import { recordAudit } from "./audit.ts";
import { authorize } from "./authorization.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { endAccess } from "./ended_access.ts";
import { parseLink } from "./mail_links.ts";
import { notifyOfSettlement } from "./notices.ts";
import { ok, refuse, type Result } from "./result.ts";
import { inTransaction } from "./transaction.ts";
import { applyDisabled, type DisableUserFailure } from "./users.ts";

export type { ReportRow };

/** Whose account the link of a notice would freeze; undefined where it is over. */
export async function findNotMe(
  { db }: ServiceContext,
  token: string | undefined,
) {
  const link = parseLink(token, "not_me");
  return link && await findLinkOwner(db, link) || undefined;
}

/**
 * *It was not me*: freezes the account of whoever got the notice. The password opens nothing any more, also
 * once staff enable the account again; sessions and links end; the case is on the list for staff.
 */
export async function reportNotMe(
  context: ServiceContext,
  { token }: { token: string | undefined },
): Promise<Result<void, { reason: "link_over" }>> {
  const link = parseLink(token, "not_me");
  const owner = link && await findLinkOwner(context.db, link);
  if (!link || !owner) return refuse({ reason: "link_over" });
  const { userId } = owner;
  return await inTransaction(context, async (tx) => {
    await lockPermissions(tx);
    const user = await lockUser(tx, userId);
    // A disabled account too: whoever has disabled it may enable it again, and then the report must count.
    const mailId = user && await consumeMailLink(tx, link);
    if (!mailId) return refuse({ reason: "link_over" });
    // Of what proves the user none counts until the user has chosen, in the first session after the case.
    const ended = await endAccess(tx, { change: "frozen", userId });
    await expirePassword(tx, userId);
    const disabled = await mayBeDisabled(tx, userId);
    if (disabled) await setDisabled(tx, { id: userId, disabled });
    const notice = (await findMail(tx, mailId))!; // a link goes with its mail
    // Who has entered an address is to blame for it, and not whoever reads its mail and has confirmed it.
    const actor = notice.kind === "email_changed"
      ? (await findEmailEntry(tx, userId))?.actorId
      : await findActorOfMail(tx, { mailId, userId });
    await insertReport(tx, {
      userId,
      mailKind: notice.kind,
      facts: { ...notice.facts, ...(actor && { actor }) },
      address: context.address,
    });
    await recordAudit(tx, context, {
      event: "account_frozen",
      subjectId: userId,
      detail: { ...ended, disabled },
    });
    return ok(undefined);
  });
}

/** The last administrator must get back in by a reset link: there would be nobody to enable the account. */
async function mayBeDisabled(db: Database, userId: string) {
  const user = await findUser(db, userId);
  return !user?.permissions.includes("administration") ||
    await hasOtherHolder(db, {
      permission: "administration",
      exceptId: userId,
    });
}

/** Is the account frozen, so that settling its report is the only way to enable it? */
export async function isFrozen(
  { db }: Pick<ServiceContext, "db">,
  { id, disabledAt }: Pick<UserDetails, "id" | "disabledAt">,
): Promise<boolean> {
  return disabledAt !== null && await hasOpenReport(db, id);
}

const REPORTS_PER_PAGE = 50;

export async function findReports(
  { db }: ServiceContext,
  { before }: { before?: string | undefined },
): Promise<{ reports: ReportRow[]; next: string | undefined }> {
  const found = await listOpenReports(db, {
    before,
    limit: REPORTS_PER_PAGE + 1,
  });
  const reports = found.slice(0, REPORTS_PER_PAGE);
  return {
    reports,
    next: found.length > REPORTS_PER_PAGE ? reports.at(-1)?.id : undefined,
  };
}

export type SettleReportFailure =
  | { reason: "settler_involved" }
  | DisableUserFailure;

/**
 * Staff have looked into it. With `enable` the account is opened again, and every other report of it is settled
 * too: while one is open, nothing else enables it. Closed by a colleague meanwhile, it is closed all the same.
 * Who knows the user's password or did what was reported settles nothing, unless there is nobody else who could.
 */
export async function settleReport(
  context: ServiceContext,
  { actor, reportId, enable }: {
    actor: Actor;
    reportId: string;
    enable: boolean;
  },
): Promise<Result<void, SettleReportFailure>> {
  return await inTransaction(context, async (tx) => {
    await lockPermissions(tx);
    const report = await findOpenReport(tx, reportId);
    if (!report) return ok(undefined);
    const { userId: subjectId } = report;
    const allowed = await authorize(tx, context, {
      actor,
      action: "settle_report",
      subjectId,
    });
    if (!allowed.ok) return allowed;
    const { permissions } = allowed.value;
    const parties = { settlerId: actor.userId, subjectId };
    if (
      await isInvolved(tx, parties) &&
      await hasOtherHolderOfAll(tx, {
        wanted: ["user_management", ...permissions],
        exceptIds: Object.values(parties),
      })
    ) {
      const failure = { reason: "settler_involved" as const };
      await recordAudit(tx, context, {
        event: "authz_fail",
        actorId: actor.userId,
        subjectId,
        detail: { action: "settle_report", ...failure },
      });
      return refuse(failure);
    }
    const closed = await closeReports(tx, {
      which: enable ? { userId: subjectId } : { id: reportId },
      closedBy: actor.userId,
    });
    if (closed === 0) return ok(undefined);
    await recordAudit(tx, context, {
      event: "report_settled",
      actorId: actor.userId,
      subjectId,
      detail: { reports: closed },
    });
    const disabled = !enable && allowed.value.disabled;
    await notifyOfSettlement(tx, context, { userId: subjectId, disabled });
    if (!enable) return ok(undefined);
    const enabled = await applyDisabled(tx, context, {
      subject: { id: subjectId, permissions },
      disabled: false,
      by: { actorId: actor.userId },
    });
    return enabled.ok ? ok(undefined) : enabled;
  });
}

async function isInvolved(
  tx: Database,
  { settlerId, subjectId }: { settlerId: string; subjectId: string },
): Promise<boolean> {
  const password = await findPassword(tx, subjectId);
  return password?.setBy === settlerId ||
    await isReported(tx, { userId: subjectId, actorId: settlerId });
}
