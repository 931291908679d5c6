import type { EndedSessions } from "../services/all_sessions.ts";
import { CsrfField, FieldError, Notice } from "./form.tsx";
import { Layout } from "./layout.tsx";

export interface AllSessionsProps {
  /** What would end, the session of whoever looks apart. */
  open: EndedSessions;
  ended?: EndedSessions | undefined;
  /** The tick was missing. */
  unsure?: boolean | undefined;
  refusal?: string | undefined;
}

/** Asks before everybody is signed out; no click does it by accident. */
export function AllSessionsPage(
  { open, ended, unsure, refusal }: AllSessionsProps,
) {
  return (
    <Layout title="Sign everybody out">
      <section class="narrow">
        <h1>Sign everybody out</h1>
        {ended && <Notice>{`Ended: ${countText(ended)}.`}</Notice>}
        {refusal && <Notice kind="bad">{refusal}</Notice>}
        <p>
          {open.sessions === 0
            ? "There is no open session but yours."
            : `Open beside yours: ${countText(open)}.`}
        </p>
        {open.sessions > 0 && <Form unsure={unsure} />}
      </section>
    </Layout>
  );
}

function Form({ unsure }: Pick<AllSessionsProps, "unsure">) {
  return (
    <form method="post" action="/sessions">
      <CsrfField />
      <p>
        All of these sessions end at once, and everybody has to sign in again.
        Text in open forms is kept for half an hour, passwords are not. Your own
        session stays. API tokens go on: revoke them under{" "}
        <a href="/api-tokens">API tokens</a>.
      </p>
      <div class="field" id="sure">
        <label class="check-line">
          <input
            type="checkbox"
            name="sure"
            value="yes"
            required
            aria-invalid={unsure ? "true" : undefined}
            aria-describedby={unsure ? "sure-error" : undefined}
          />
          Sign all users out
        </label>
        <FieldError
          id="sure"
          error={unsure ? "Tick this first. Nothing was ended." : undefined}
        />
      </div>
      <div class="actions">
        <button type="submit" class="primary danger">End all sessions</button>
        {" "}
        <a class="button" href="/users">Close</a>
      </div>
    </form>
  );
}

/** "3 sessions of 2 users" */
function countText({ sessions, users }: EndedSessions) {
  return `${sessions} ${sessions === 1 ? "session" : "sessions"} of ${users} ${
    users === 1 ? "user" : "users"
  }`;
}
