import type { AuditEventName } from "../services/audit.ts";
import type { FoundEvents } from "../services/audit_log.ts";
import type { TimeDoubt } from "../services/event_times.ts";
import { PERMISSION_LABELS } from "./refusals.ts";
import { Stored, Time } from "./parts.tsx";

/** The names as people say them. */
export const EVENT_LABELS: Record<AuditEventName, string> = {
  account_frozen: "Frozen: “It was not me”",
  api_token_created: "API token made",
  api_token_revoked: "API token revoked",
  authenticators_confirmed: "Authenticators confirmed",
  authn_login_success: "Signed in",
  authn_login_fail: "Sign-in failed",
  authn_login_throttled: "Too many sign-ins",
  authn_logout: "Signed out",
  authn_password_change: "Changed own password",
  authn_password_change_fail: "Own password not changed",
  authn_password_reset: "Password reset by link",
  authn_reset_requested: "Reset link asked for",
  authn_password_lapsed: "Weak passwords deleted",
  authn_password_set: "Password set by staff",
  authn_password_set_fail: "Password not set by staff",
  authn_token_fail: "Wrong API token",
  authz_fail: "Refused",
  command_run: "Command on the machine",
  email_change_stopped: "Email change stopped",
  email_changed: "Email confirmed",
  excess_rate_limit_exceeded: "Too many attempts",
  job_cancelled: "Job cancelled",
  job_requested: "Job asked for",
  malicious_csrf: "Forged request refused",
  password_change_required: "New password required",
  privilege_permissions_changed: "Permissions changed",
  recovery_codes_renewed: "Recovery codes renewed",
  report_settled: "Report settled",
  second_factor_added: "Second factor added",
  second_factor_removed: "Second factor removed",
  sensitive_read: "Details viewed",
  session_ended: "Sessions ended",
  session_use_after_expire: "Used an ended session",
  user_created: "User created",
  user_disabled: "Disabled",
  user_enabled: "Enabled",
  user_updated: "Edited",
  users_exported: "Users exported",
  users_imported: "Users imported",
  system_setup: "First administrator created",
  webhook_changed: "Webhook changed",
  webhook_created: "Webhook created",
  webhook_redelivered: "Webhook: delivered again",
  webhook_removed: "Webhook removed",
  webhook_tested: "Webhook tested",
};

const DOUBTS: Record<TimeDoubt, string> = {
  future: "in the future",
  before_passdesk: "time can't be right",
  id_differs: "time can't be right",
};

/** Events, the newest first. */
export function AuditTable({ events }: Pick<FoundEvents, "events">) {
  return (
    <table class="events">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">What</th>
          <th scope="col">Who</th>
          <th scope="col">Whom</th>
          <th scope="col">Details</th>
          <th scope="col">Address, request</th>
        </tr>
      </thead>
      <tbody>
        <AuditRows events={events} />
      </tbody>
    </table>
  );
}

export function AuditRows({ events }: Pick<FoundEvents, "events">) {
  return <>{events.map((it) => <AuditRow event={it} />)}</>;
}

function AuditRow({ event }: { event: FoundEvents["events"][number] }) {
  return (
    <tr id={`event-${event.id}`}>
      <td data-label="When">
        <Time at={event.at} />
        {event.doubt && (
          <>
            {" "}
            <span class="badge bad">{DOUBTS[event.doubt]}</span>
          </>
        )}
      </td>
      <td data-label="What">
        {EVENT_LABELS[event.event as AuditEventName] ?? event.event}
      </td>
      <td data-label="Who">
        <Person id={event.actorId} name={event.actorName} />
      </td>
      <td data-label="Whom">
        {event.subjectId !== null && event.subjectId === event.actorId
          ? "the same"
          : <Person id={event.subjectId} name={event.subjectName} />}
      </td>
      <td data-label="Details">
        <Detail detail={event.detail} />
      </td>
      <td data-label="Address">
        {event.address} <span class="note">{event.requestId}</span>
      </td>
    </tr>
  );
}

function Person({ id, name }: { id: string | null; name: string | null }) {
  if (id === null) return <span class="none">–</span>;
  return name === null ? <code>{id}</code> : <Stored text={name} />;
}

function Detail({ detail }: { detail: Record<string, unknown> }) {
  const facts = Object.entries(detail).filter(([name, value]) =>
    name !== "session" && value !== "" &&
    !(Array.isArray(value) && value.length === 0)
  );
  if (facts.length === 0) return <span class="none">–</span>;
  return (
    <span hx-ignore dir="auto">
      {facts.map(([name, value]) => `${plain(name)}: ${said(value)}`).join(
        "; ",
      )}
    </span>
  );
}

const plain = (name: string) => name.replaceAll("_", " ");

function said(value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(said).join(", ");
  if (typeof value !== "string") return JSON.stringify(value);
  return PERMISSION_LABELS[value as keyof typeof PERMISSION_LABELS] ??
    (/^[a-z_]+$/.test(value) ? plain(value) : value);
}
