import type { WebhookRow } from "../services/webhooks.ts";
import { Notice } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { Stored, Time } from "./parts.tsx";
import { DeliveryState, eventLabel } from "./webhook_deliveries.tsx";

export interface WebhooksProps {
  webhooks: WebhookRow[];
  /** What `WEBHOOK_TARGETS` opens. */
  targets: readonly string[];
  notice?: string | undefined;
}

/** Whom audit events are told to. */
export function WebhooksPage({ webhooks, targets, notice }: WebhooksProps) {
  return (
    <Layout title="Webhooks">
      <div class="title">
        <h1>Webhooks</h1>
        {targets.length > 0 && (
          <a class="button primary" href="/webhooks/new">New webhook</a>
        )}
      </div>
      {notice && <Notice>{notice}</Notice>}
      <p>
        A webhook tells another program of audit events as they happen, signed,
        and again until it has taken them.
      </p>
      {targets.length === 0 && (
        <Notice kind="plain">
          Nothing is sent anywhere: no target is allowed. The setting{" "}
          <code>WEBHOOK_TARGETS</code>{" "}
          names the hosts that webhooks may go to; whoever runs this program
          sets it.
        </Notice>
      )}
      {webhooks.length === 0
        ? <p class="empty">There is no webhook.</p>
        : <WebhookTable webhooks={webhooks} />}
    </Layout>
  );
}

function WebhookTable({ webhooks }: { webhooks: WebhookRow[] }) {
  return (
    <table class="events">
      <thead>
        <tr>
          <th scope="col">Address</th>
          <th scope="col">Events</th>
          <th scope="col">State</th>
          <th scope="col">Last delivery</th>
        </tr>
      </thead>
      <tbody>
        {webhooks.map((it) => (
          <tr>
            <td class="long" data-label="Address">
              <a href={`/webhooks/${it.id}`}>
                <Stored text={it.url} />
              </a>
            </td>
            <td data-label="Events">{eventsText(it.events)}</td>
            <td data-label="State">
              <WebhookState active={it.active} />
            </td>
            <td data-label="Last">
              {it.lastState
                ? (
                  <>
                    <DeliveryState state={it.lastState} tried />{" "}
                    <Time at={it.lastAt} />
                  </>
                )
                : <span class="none">none</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function WebhookState({ active }: { active: boolean }) {
  return active
    ? <span class="badge">active</span>
    : <span class="badge warn">paused</span>;
}

const NAMED_AT_MOST = 3;

/** By name where they are few. */
function eventsText(events: string[]): string {
  return events.length > NAMED_AT_MOST
    ? `${events.length} kinds`
    : events.map(eventLabel).join(", ");
}
