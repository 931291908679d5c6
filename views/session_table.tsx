import type { OpenSession } from "../services/sessions.ts";
import { LiveForm } from "./form.tsx";
import { Stored, Time } from "./parts.tsx";

export interface SessionTableProps {
  sessions: OpenSession[];
  /** Where a session is ended: one, or without a row's id what the form's label says. */
  action: string;
  /** The search that the page leads back to. */
  from?: string;
  /** The session that is being looked from. */
  current?: string;
}

/** Open sessions with a button each; the page around it is a fragment called "sessions". */
export function SessionTable(props: SessionTableProps) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Device</th>
          <th scope="col">Address</th>
          <th scope="col">Started</th>
          <th scope="col">Last seen</th>
          <th scope="col">
            <span class="visually-hidden">End</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {props.sessions.map((it) => (
          <tr>
            <td data-label="Device">
              <Stored text={it.device} />
            </td>
            <td data-label="Address">{it.address}</td>
            <td data-label="Started">
              <Time at={it.createdAt} />
            </td>
            <td data-label="Last seen">
              <Time at={it.lastSeenAt} />
            </td>
            <td>
              {it.id === props.current
                ? <span class="badge">this one</span>
                : <EndSessions {...props} label="End" only={it.id} />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function EndSessions(
  { action, from = "", label, only = "", danger = false }:
    & Pick<SessionTableProps, "action" | "from">
    & { label: string; only?: string; danger?: boolean },
) {
  return (
    <LiveForm action={action} target="#sessions" stay>
      <input type="hidden" name="from" value={from} />
      <input type="hidden" name="only" value={only} />
      <button type="submit" class={danger ? "danger" : undefined}>
        {label}
      </button>
    </LiveForm>
  );
}

/** "2 sessions were ended." */
export function endedText(count: number): string {
  return count === 1 ? "1 session was ended." : `${count} sessions were ended.`;
}
