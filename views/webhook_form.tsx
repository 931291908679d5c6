import type { AuditEventName } from "../services/audit.ts";
import { EVENT_LABELS } from "./audit_table.tsx";
import {
  describedBy,
  ErrorSummary,
  Field,
  FieldError,
  LiveForm,
  Notice,
  RestoredNotice,
} from "./form.tsx";
import { Layout } from "./layout.tsx";

export interface WebhookFormProps {
  /** Of the one that is changed; a new one where there is none. */
  webhookId?: string | undefined;
  url: string;
  events: readonly string[];
  /** What `WEBHOOK_TARGETS` opens. */
  targets: readonly string[];
  errors: { url?: string; events?: string };
  refusal?: string | undefined;
}

/** The events as people look for them; what is in none of the others is in the last. */
const GROUPS: [string, RegExp][] = [
  ["Signing in", /^(authn_log|session_)/],
  [
    "Passwords and second factors",
    /^(authn_(password|reset)|password_|second_factor|recovery|authenticators_)/,
  ],
  [
    "Users",
    /^(users?_|email_|privilege|account_frozen|report_|sensitive_read)/,
  ],
  ["Programs", /^(authn_token|api_token|job_|webhook_|command_)/],
  ["Refusals and the rest", /./],
];

export function WebhookFormPage(props: WebhookFormProps) {
  return (
    <Layout title={titleOf(props)}>
      <WebhookForm {...props} />
    </Layout>
  );
}

/** Fragment: replaces itself. */
export function WebhookForm(props: WebhookFormProps) {
  const { webhookId, url, targets, errors, refusal } = props;
  const path = webhookId ? `/webhooks/${webhookId}` : "/webhooks";
  return (
    <article id="webhook">
      <h1>{titleOf(props)}</h1>
      <RestoredNotice />
      <ErrorSummary
        errors={errors}
        labels={{ url: "Address", events: "Events" }}
      />
      {refusal && <Notice kind="bad">{refusal}</Notice>}
      <LiveForm
        action={webhookId ? `${path}/edit` : `${path}/new`}
        target="#webhook"
      >
        <div class="card">
          <Field
            name="url"
            label="Address"
            type="url"
            value={url}
            hint={`By https, and of a host that WEBHOOK_TARGETS lists: ${
              targets.join(", ") || "none at the moment"
            }.`}
            error={errors.url}
            required
          />
        </div>
        <EventFields {...props} />
        <div class="actions">
          <button type="submit" class="primary">Save</button>{" "}
          <a class="button" href={path}>Close</a>
        </div>
      </LiveForm>
    </article>
  );
}

function EventFields({ events, errors }: WebhookFormProps) {
  return (
    <fieldset
      class="card"
      id="events"
      tabindex={-1}
      {...describedBy("events", { error: errors.events })}
    >
      <legend>Events</legend>
      <div class="choices">
        {groupsOfEvents().map(({ label, names }) => (
          <fieldset class="field">
            <legend>{label}</legend>
            {names.map((it) => (
              <label class="check-line">
                <input
                  type="checkbox"
                  name={`events.${it}`}
                  value="yes"
                  checked={events.includes(it)}
                />
                {EVENT_LABELS[it]}
              </label>
            ))}
          </fieldset>
        ))}
      </div>
      <FieldError id="events" error={errors.events} />
    </fieldset>
  );
}

function groupsOfEvents() {
  const names = Object.keys(EVENT_LABELS) as AuditEventName[];
  const groupOf = (name: string) => GROUPS.find(([, it]) => it.test(name))![0];
  return GROUPS.map(([label]) => ({
    label,
    names: names.filter((it) => groupOf(it) === label),
  }));
}

function titleOf({ webhookId }: WebhookFormProps) {
  return webhookId ? "Edit the webhook" : "New webhook";
}
