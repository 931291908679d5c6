import type { DeliveryPage } from "../services/webhook_deliveries.ts";
import type { WebhookDetails } from "../services/webhooks.ts";
import { ActionForm } from "./account.tsx";
import { LiveForm, Notice } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { Stored, Time } from "./parts.tsx";
import { Deliveries, eventLabel } from "./webhook_deliveries.tsx";
import { WebhookState } from "./webhooks.tsx";

export interface WebhookProps extends DeliveryPage {
  webhook: WebhookDetails;
  /** Where in the log the page begins. */
  before?: string | undefined;
  notice?: string | undefined;
}

export function WebhookPage(props: WebhookProps) {
  return (
    <Layout title={`Webhook to ${hostOf(props.webhook)}`}>
      <Webhook {...props} />
    </Layout>
  );
}

/** Fragment: replaces itself. */
export function Webhook(props: WebhookProps) {
  const { webhook, notice } = props;
  const path = `/webhooks/${webhook.id}`;
  return (
    <article id="webhook">
      <div class="title">
        <h1>
          Webhook to <Stored text={hostOf(webhook)} />
        </h1>
        <WebhookState active={webhook.active} />
        <div class="actions">
          <a class="button primary" href={`${path}/edit`}>Edit</a>{" "}
          <LiveForm action={`${path}/pause`} target="#webhook">
            <input
              type="hidden"
              name="paused"
              value={webhook.active ? "yes" : "no"}
            />
            <button type="submit">{webhook.active ? "Pause" : "Go on"}</button>
          </LiveForm>{" "}
          <a class="button" href={`${path}/secret`}>Renew the secret</a>{" "}
          <a class="button danger" href={`${path}/removal`}>Remove</a>
        </div>
      </div>
      {notice && <Notice>{notice}</Notice>}
      {!webhook.active && (
        <Notice kind="plain">
          It is paused: events are not kept for it, and what waits is sent when
          it goes on.
        </Notice>
      )}
      <section class="card" aria-label="Facts">
        <Facts webhook={webhook} />
      </section>
      <Deliveries {...props} webhookId={webhook.id} />
      <div class="actions">
        <a class="button" href="/webhooks">Close</a>
      </div>
    </article>
  );
}

function Facts({ webhook }: { webhook: WebhookDetails }) {
  return (
    <dl>
      <div>
        <dt>Address</dt>
        <dd>
          <Stored text={webhook.url} />
        </dd>
      </div>
      <div>
        <dt>Events</dt>
        <dd>{webhook.events.map(eventLabel).join(", ")}</dd>
      </div>
      <div>
        <dt>Created</dt>
        <dd>
          <Time at={webhook.createdAt} /> by{" "}
          <Stored text={webhook.createdByName} />
        </dd>
      </div>
    </dl>
  );
}

/** Fragment too: the only page that ever shows it. */
export function WebhookSecretPage(props: { id: string; secret: string }) {
  return (
    <Layout title="Secret of the webhook">
      <WebhookSecret {...props} />
    </Layout>
  );
}

export function WebhookSecret({ id, secret }: { id: string; secret: string }) {
  return (
    <article id="webhook" class="prose">
      <h1>Secret of the webhook</h1>
      <Notice>It is saved. From now on this secret signs.</Notice>
      <p>
        The receiver verifies by it that an event comes from here. It is shown
        this one time: keep it where the receiver keeps its secrets.
      </p>
      <p class="card">
        <code class="key">{secret}</code>
      </p>
      <p>
        The form is that of{" "}
        <i>Standard Webhooks</i>, for which there are libraries in most
        languages. Then send a test event.
      </p>
      <div class="actions">
        <a class="button primary" href={`/webhooks/${id}`}>Close</a>
      </div>
    </article>
  );
}

/** Each asks before it happens: a page of its own. */
export function RenewSecretPage({ webhook }: { webhook: WebhookDetails }) {
  return (
    <Layout title="Renew the secret">
      <section class="narrow">
        <h1>Renew the secret?</h1>
        <p>
          The webhook to <Stored text={hostOf(webhook)} />{" "}
          is signed by a new secret at once. Its receiver refuses events until
          it knows the new one; they are tried again meanwhile.
        </p>
        <div class="actions">
          <ActionForm
            action={`/webhooks/${webhook.id}/secret`}
            label="Renew the secret"
            kind="primary"
          />{" "}
          <a class="button" href={`/webhooks/${webhook.id}`}>Close</a>
        </div>
      </section>
    </Layout>
  );
}

export function RemoveWebhookPage({ webhook }: { webhook: WebhookDetails }) {
  return (
    <Layout title="Remove the webhook">
      <section class="narrow">
        <h1>Remove the webhook?</h1>
        <p>
          Nothing more is sent to{" "}
          <Stored text={hostOf(webhook)} />, and the log of its deliveries goes.
          To keep that, pause it.
        </p>
        <div class="actions">
          <ActionForm
            action={`/webhooks/${webhook.id}/removal`}
            label="Remove the webhook"
            kind="primary danger"
          />{" "}
          <a class="button" href={`/webhooks/${webhook.id}`}>Close</a>
        </div>
      </section>
    </Layout>
  );
}

function hostOf({ url }: WebhookDetails) {
  return new URL(url).host;
}
