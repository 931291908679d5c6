import type { SessionRow } from "../services/sessions.ts";
import { LiveForm, Notice } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { Stored, Time, withFrom } from "./parts.tsx";

export interface UserSessionsProps {
  user: { id: string; name: string };
  from: string;
  sessions: SessionRow[];
  notice?: string | undefined;
  refusal?: string | undefined;
}

export function UserSessionsPage(props: UserSessionsProps) {
  return (
    <Layout title={`Sessions of ${props.user.name}`}>
      <UserSessions {...props} />
    </Layout>
  );
}

/** Fragment: replaces itself. */
export function UserSessions(props: UserSessionsProps) {
  const { user, from, sessions, notice, refusal } = props;
  return (
    <article id="sessions">
      <h1>
        Sessions of <Stored text={user.name} />
      </h1>
      {notice && <Notice>{notice}</Notice>}
      {refusal && <Notice kind="bad">{refusal}</Notice>}
      {sessions.length === 0
        ? <p class="empty">There is no open session.</p>
        : <SessionTable {...props} />}
      <div class="actions">
        {sessions.length > 0 && (
          <EndForm {...props} label="End all sessions" danger />
        )}
        <a class="button" href={withFrom(`/users/${user.id}`, from)}>Close</a>
      </div>
    </article>
  );
}

function SessionTable(props: UserSessionsProps) {
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
              <Stored text={it.userAgent} />
            </td>
            <td data-label="Address">{it.address}</td>
            <td data-label="Started">
              <Time at={it.createdAt} />
            </td>
            <td data-label="Last seen">
              <Time at={it.lastSeenAt} />
            </td>
            <td>
              <EndForm {...props} label="End" only={it.id} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function EndForm(
  { user, from, label, only = "", danger = false }: UserSessionsProps & {
    label: string;
    only?: string;
    danger?: boolean;
  },
) {
  const action = `/users/${user.id}/sessions`;
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
