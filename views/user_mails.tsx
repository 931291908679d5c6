import type { MailRow } from "../services/user_mails.ts";
import { Layout } from "./layout.tsx";
import { Stored, Time, withFrom } from "./parts.tsx";

export interface UserMailsProps {
  user: { id: string; name: string };
  from: string;
  mails: MailRow[];
}

/** What is said of a mail by its kind, here and in the reports. */
export const MAIL_LABELS: Record<MailRow["kind"], string> = {
  password_reset: "Reset link",
  password_changed: "Password changed",
  second_factor_changed: "Second factor changed",
  new_device: "Sign-in from a new device",
  email_confirmation: "New email address, to confirm",
  email_change_announced: "Email address is to change",
  email_changed: "Email address changed",
  api_token_created: "API token made",
  api_token_ending: "API token ends soon",
  api_token_narrowed: "API token does less",
  report_settled: "Report settled",
};

const STATES: Record<MailRow["state"], { text: string; kind: string }> = {
  queued: { text: "waiting", kind: "warn" },
  sent: { text: "sent", kind: "" },
  failed: { text: "failed", kind: "bad" },
  dropped: { text: "not sent", kind: "" },
};

/** What was mailed to a user, and what the mail server said: for the help desk's "it did not arrive". */
export function UserMailsPage({ user, from, mails }: UserMailsProps) {
  return (
    <Layout title={`Mails to ${user.name}`}>
      <h1>
        Mails to <Stored text={user.name} />
      </h1>
      {mails.length === 0
        ? <p class="empty">Nothing was mailed in the last 90 days.</p>
        : <MailTable mails={mails} />}
      <div class="actions">
        <a class="button" href={withFrom(`/users/${user.id}`, from)}>Close</a>
      </div>
    </Layout>
  );
}

function MailTable({ mails }: { mails: MailRow[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">What</th>
          <th scope="col">State</th>
          <th scope="col">The mail server</th>
        </tr>
      </thead>
      <tbody>
        {mails.map((it) => (
          <tr>
            <td data-label="When">
              <Time at={it.createdAt} />
            </td>
            <td data-label="What">{MAIL_LABELS[it.kind]}</td>
            <td data-label="State">
              <span class={`badge ${STATES[it.state].kind}`}>
                {STATES[it.state].text}
              </span>
            </td>
            <td data-label="Answer">
              <Stored text={it.answer} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
