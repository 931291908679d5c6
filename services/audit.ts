import { insertAuditEvent, insertAuditEvents } from "../db/audit_events.ts";
import type { Database } from "../db/client.ts";
import { countAttempt } from "../db/rate_limits.ts";
import { rateAddress } from "./address.ts";
import type { Actor, ServiceContext } from "./context.ts";

/** The OWASP Logging Vocabulary's names, and ours where it has none. */
export const AUDIT_EVENTS = [
  "account_frozen",
  "api_token_created",
  "api_token_revoked",
  "authenticators_confirmed",
  "authn_login_success",
  "authn_login_fail",
  "authn_login_throttled",
  "authn_logout",
  "authn_password_change",
  "authn_password_change_fail",
  "authn_password_reset",
  "authn_reset_requested",
  "authn_password_lapsed",
  "authn_password_set",
  "authn_password_set_fail",
  "authn_token_fail",
  "authz_fail",
  "command_run",
  "email_change_stopped",
  "email_changed",
  "excess_rate_limit_exceeded",
  "job_cancelled",
  "job_requested",
  "malicious_csrf",
  "password_change_required",
  "privilege_permissions_changed",
  "recovery_codes_renewed",
  "report_settled",
  "second_factor_added",
  "second_factor_removed",
  "sensitive_read",
  "session_ended",
  "session_use_after_expire",
  "user_created",
  "user_disabled",
  "user_enabled",
  "user_updated",
  "users_exported",
  "users_imported",
  "system_setup",
  "webhook_changed",
  "webhook_created",
  "webhook_redelivered",
  "webhook_removed",
  "webhook_tested",
] as const;
export type AuditEventName = typeof AUDIT_EVENTS[number];

export interface AuditEvent {
  event: AuditEventName;
  actorId?: string | null;
  subjectId?: string | null;
  /** Never a password, a token or a hash. */
  detail?: Record<string, unknown>;
}

export type AuditedRequest = Pick<
  ServiceContext,
  "requestId" | "address" | "tokenId"
>;

/** Whom an event names as the one who acts, and what it says of them where that is no account. */
export type Acting = { actorId: string | null; detail?: { by: "cli" } };

/** Appends an event: in the transaction of the change, so that neither is there without the other. Gives its id. */
export async function recordAudit(
  db: Database,
  request: AuditedRequest,
  event: AuditEvent,
): Promise<string> {
  return await insertAuditEvent(db, asked(request, event));
}

/** As `recordAudit`, for many at once. */
export async function recordAudits(
  db: Database,
  request: AuditedRequest,
  events: AuditEvent[],
) {
  await insertAuditEvents(db, events.map((it) => asked(request, it)));
}

/** An event with where it came from: a token is told too, since its owner may have several. */
export function asked(
  { requestId, address, tokenId }: AuditedRequest,
  event: AuditEvent,
) {
  const detail = { ...event.detail, ...(tokenId && { by_token: tokenId }) };
  return { ...event, requestId, address, detail };
}

/** Refusals of one person, or one address, that the log of a quarter of an hour keeps. */
const REFUSALS_KEPT = { limit: 100, windowSeconds: 15 * 60 };

/**
 * A refusal at the door: somebody asked for what they may not. The log can't be shortened, so a flood is
 * told in one event and then only on standard output.
 */
export async function recordRefusal(
  context: ServiceContext,
  { event, actor, subjectId, detail }: {
    event:
      | "authz_fail"
      | "authn_token_fail"
      | "malicious_csrf"
      | "session_use_after_expire";
    actor?: Actor | undefined;
    subjectId?: string;
    detail: Record<string, unknown>;
  },
) {
  const { db, log, requestId, address } = context;
  const { limit, windowSeconds } = REFUSALS_KEPT;
  const key = `refusals:${actor?.userId ?? rateAddress(address)}`;
  const exceeded = await countAttempt(db, {
    limits: [{ key, limit }],
    windowSeconds,
  });
  const who = { actorId: actor?.userId ?? null, subjectId: subjectId ?? null };
  if (!exceeded) {
    await recordAudit(db, context, { event, ...who, detail });
  } else if (exceeded.attempts === limit + 1) {
    await recordAudit(db, context, {
      event: "excess_rate_limit_exceeded",
      ...who,
      detail: { limit: "refusals", attempts: limit },
    });
  } else {
    log("warning", "refusal", { requestId, address, refused: event, ...who });
  }
}
