import type { OpenSession } from "../services/sessions.ts";
import { Notice } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { usePage } from "./page.ts";
import { EndSessions, SessionTable } from "./session_table.tsx";

export interface OwnSessionsProps {
  sessions: OpenSession[];
  notice?: string | undefined;
}

export function OwnSessionsPage(props: OwnSessionsProps) {
  return (
    <Layout title="Sessions">
      <OwnSessions {...props} />
    </Layout>
  );
}

/** Fragment: replaces itself. */
export function OwnSessions({ sessions, notice }: OwnSessionsProps) {
  const { actor } = usePage();
  return (
    <article id="sessions">
      <h1>Sessions</h1>
      {notice && <Notice>{notice}</Notice>}
      <p>
        Where you are signed in. One that you don't know? End it, then change
        your password.
      </p>
      <SessionTable
        sessions={sessions}
        action="/account/sessions"
        current={actor!.sessionId}
      />
      <div class="actions">
        {sessions.length > 1 && (
          <EndSessions
            action="/account/sessions"
            label="End all others"
            danger
          />
        )} <a class="button" href="/account/password">Close</a>
      </div>
    </article>
  );
}
