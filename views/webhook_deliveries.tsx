import type {
  AttemptRow,
  Delivery,
  DeliveryPage,
} from "../services/webhook_deliveries.ts";
import { EVENT_LABELS } from "./audit_table.tsx";
import { LiveForm } from "./form.tsx";
import { Stored, Time } from "./parts.tsx";

export interface DeliveriesProps extends DeliveryPage {
  webhookId: string;
  before?: string | undefined;
}

/** What was sent to a webhook and what it answered, the newest event first. */
export function Deliveries(props: DeliveriesProps) {
  const { webhookId, before, deliveries, next } = props;
  const path = `/webhooks/${webhookId}`;
  return (
    <section aria-labelledby="deliveries-title">
      <div class="title">
        <h2 id="deliveries-title">Deliveries</h2>
        <div class="actions">
          <LiveForm action={`${path}/tests`} target="#webhook" stay>
            <button type="submit">Send a test event</button>
          </LiveForm>{" "}
          <a class="button" href={path}>
            {before ? "Back to the newest" : "Look again"}
          </a>
        </div>
      </div>
      {deliveries.length === 0
        ? <p class="empty">Nothing was sent in the last 90 days.</p>
        : <DeliveryTable {...props} />}
      {next && (
        <p>
          <a
            class="button"
            href={`${path}?${new URLSearchParams({ before: next })}`}
          >
            Older
          </a>
        </p>
      )}
    </section>
  );
}

function DeliveryTable({ deliveries, webhookId, before }: DeliveriesProps) {
  const query = before ? `?${new URLSearchParams({ before })}` : "";
  return (
    <table class="events">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Event</th>
          <th scope="col">State</th>
          <th scope="col">Answer</th>
          <th scope="col">
            <span class="visually-hidden">Deliver again</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {deliveries.map((it) => (
          <tr>
            <td data-label="When">
              <Time at={it.createdAt} />
            </td>
            <td data-label="Event">{eventLabel(it.event)}</td>
            <td data-label="State">
              <State delivery={it} />
            </td>
            <td class="long" data-label="Answer">
              <Answers answers={it.answers} />
            </td>
            <td>
              <LiveForm
                action={`/webhooks/${webhookId}/redeliveries${query}`}
                target="#webhook"
                stay
              >
                <input type="hidden" name="event" value={it.eventId} />
                <button type="submit">Deliver again</button>
              </LiveForm>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function State({ delivery }: { delivery: Delivery }) {
  const { state, dueAt, answers } = delivery;
  const tried = answers.length > 0;
  return (
    <>
      <DeliveryState state={state} tried={tried} />
      {state === "queued" && tried && (
        <span class="note">
          next try <Time at={dueAt} />
        </span>
      )}
    </>
  );
}

export function DeliveryState(
  { state, tried }: { state: Delivery["state"]; tried: boolean },
) {
  switch (state) {
    case "delivered":
      return <span class="badge staff">delivered</span>;
    case "failed":
      return <span class="badge bad">failed</span>;
    case "queued":
      return (
        <span class="badge warn">
          {tried ? "to be tried again" : "waiting"}
        </span>
      );
  }
}

/** The last one, and behind it the others. */
function Answers({ answers }: { answers: AttemptRow[] }) {
  const last = answers.at(-1);
  if (!last) return <span class="none">none yet</span>;
  const earlier = answers.slice(0, -1).reverse();
  return (
    <>
      <Answer answer={last} />
      {earlier.length > 0 && (
        <details>
          <summary>
            {earlier.length === 1
              ? "1 earlier answer"
              : `${earlier.length} earlier answers`}
          </summary>
          <ol reversed>
            {earlier.map((it) => (
              <li>
                <Answer answer={it} />
              </li>
            ))}
          </ol>
        </details>
      )}
    </>
  );
}

function Answer({ answer: { status, answer, at } }: { answer: AttemptRow }) {
  return (
    <>
      <span>
        {status} {answer !== "" && <Stored text={answer} />}
      </span>{" "}
      <span class="note">
        <Time at={at} />
      </span>
    </>
  );
}

export function eventLabel(event: string): string {
  return EVENT_LABELS[event as keyof typeof EVENT_LABELS] ?? event;
}
