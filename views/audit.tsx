import type { AuditEventName } from "../services/audit.ts";
import type { FoundEvents } from "../services/audit_log.ts";
import { AuditTable, EVENT_LABELS } from "./audit_table.tsx";
import { Field, Notice } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { usePage } from "./page.ts";

export interface AuditProps extends FoundEvents {
  query: {
    person: string;
    event?: AuditEventName | undefined;
    /** Days as typed. */
    from: string;
    until: string;
    before?: string | undefined;
    /** Only events of the future. */
    ahead?: "yes" | undefined;
  };
  errors: { from?: string; until?: string };
}

export function AuditLogPage(props: AuditProps) {
  return (
    <Layout title="Audit log">
      <h1>Audit log</h1>
      <AuditFilter {...props} />
      <AuditResults {...props} />
    </Layout>
  );
}

function AuditFilter({ query, errors, personUnknown }: AuditProps) {
  const { nonce } = usePage();
  return (
    <form
      class="filter-form"
      action="/audit"
      hx-get="/audit"
      hx-target="#events"
      hx-swap="outerHTML"
      hx-replace-url="true"
      hx-sync="this:replace"
      hx-indicator="#progress"
      hx-nonce={nonce}
    >
      <Field
        name="person"
        label="Person (username or email)"
        value={query.person}
        error={personUnknown
          ? "There is no user with this username or email."
          : undefined}
      />
      <div class="field">
        <label for="event">Action</label>
        <select id="event" name="event">
          <option value="">any</option>
          {(Object.keys(EVENT_LABELS) as AuditEventName[]).map((it) => (
            <option value={it} selected={query.event === it}>
              {EVENT_LABELS[it]}
            </option>
          ))}
        </select>
      </div>
      <Field
        name="from"
        label="From (day, UTC)"
        type="date"
        value={query.from}
        error={errors.from}
      />
      <Field
        name="until"
        label="Until (day, UTC)"
        type="date"
        value={query.until}
        error={errors.until}
      />
      <div class="actions">
        <button type="submit" class="primary">Show</button>{" "}
        <a class="button" href="/audit">Show all</a>
      </div>
    </form>
  );
}

/** Fragment: the events and the way to older ones. */
export function AuditResults(props: AuditProps) {
  const { events, query, personUnknown, someAhead } = props;
  return (
    <section id="events" aria-label="Events" aria-live="polite">
      {someAhead && <AheadNotice shown={query.ahead === "yes"} />}
      {query.before && (
        <p>
          <a href={`/audit?${filterState(props)}`}>Back to the newest</a>
        </p>
      )}
      {personUnknown && (
        <p class="empty">
          There is no user “<span hx-ignore>{query.person}</span>”. Look the
          username up under User Management.
        </p>
      )}
      {events.length === 0
        ? !personUnknown && (
          <p class="empty">No event. Take a filter away, or widen the days.</p>
        )
        : <AuditTable events={events} />}
      <OlderLink {...props} />
    </section>
  );
}

/** Events that bear a time to come are not among the others: they would be on top until then. */
function AheadNotice({ shown }: { shown: boolean }) {
  return (
    <Notice kind="bad">
      {shown
        ? "These events bear a time in the future. "
        : "There are events with a time in the future, which are not in this list. "}
      Either Passdesk did not write them, or its clock was wrong. Ask whoever
      runs the server to run <code>verify-audit</code>. {shown
        ? <a href="/audit">Show the audit log</a>
        : <a href="/audit?ahead=yes">Show them</a>}
    </Notice>
  );
}

function OlderLink(props: AuditProps) {
  if (!props.next) return null;
  const href = `/audit?${filterState(props)}&before=${props.next}`;
  return (
    <p>
      <a class="button" href={href}>Older</a>
    </p>
  );
}

function filterState({ query }: AuditProps): string {
  const { person, event, from, until, ahead } = query;
  return new URLSearchParams({
    ...(ahead && { ahead }),
    person,
    event: event ?? "",
    from: from ?? "",
    until: until ?? "",
  }).toString();
}
