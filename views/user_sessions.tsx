import type { OpenSession } from "../services/sessions.ts";
import { Notice } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { Stored, withFrom } from "./parts.tsx";
import { EndSessions, SessionTable } from "./session_table.tsx";

export interface UserSessionsProps {
  user: { id: string; name: string };
  from: string;
  sessions: OpenSession[];
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
  const action = `/users/${user.id}/sessions`;
  return (
    <article id="sessions">
      <h1>
        Sessions of <Stored text={user.name} />
      </h1>
      {notice && <Notice>{notice}</Notice>}
      {refusal && <Notice kind="bad">{refusal}</Notice>}
      {sessions.length === 0
        ? <p class="empty">There is no open session.</p>
        : <SessionTable sessions={sessions} action={action} from={from} />}
      <div class="actions">
        {sessions.length > 0 && (
          <EndSessions
            action={action}
            from={from}
            label="End all sessions"
            danger
          />
        )}{" "}
        <a class="button" href={withFrom(`/users/${user.id}`, from)}>Close</a>
      </div>
    </article>
  );
}
