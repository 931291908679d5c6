import type { ReportRow } from "../services/reports.ts";
import { LiveForm, Notice } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { Stored, Time } from "./parts.tsx";
import { MAIL_LABELS } from "./user_mails.tsx";

export interface ReportsProps {
  reports: ReportRow[];
  next?: string | undefined;
  notice?: string | undefined;
  refusal?: string | undefined;
}

/** What users said was not them, the newest first, until staff have looked into it. */
export function ReportsPage(props: ReportsProps) {
  return (
    <Layout title="Reports">
      <Reports {...props} />
    </Layout>
  );
}

/** Fragment: replaces itself. */
export function Reports({ reports, next, notice, refusal }: ReportsProps) {
  return (
    <article id="reports">
      <h1>Reports</h1>
      {notice && <Notice>{notice}</Notice>}
      {refusal && <Notice kind="bad">{refusal}</Notice>}
      <p>
        These users said of a notice: it was not me. Their accounts are frozen,
        and nothing but settling the report here enables one again. Look at what
        has happened, call the user back, settle and enable, and set a new
        password. At the next sign-in the user chooses which passkeys and apps
        stay; until then none of them signs in. “Only settle” leaves the account
        disabled, and a program may enable it: to keep it closed, leave the
        report open.
      </p>
      {reports.length === 0
        ? <p class="empty">There is no open report.</p>
        : <ReportTable reports={reports} />}
      {next && (
        <p>
          <a href={`/reports?${new URLSearchParams({ before: next })}`}>
            Older reports
          </a>
        </p>
      )}
    </article>
  );
}

function ReportTable({ reports }: { reports: ReportRow[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Reported</th>
          <th scope="col">User</th>
          <th scope="col">It was not me</th>
          <th scope="col">
            <span class="visually-hidden">Settle</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {reports.map((it) => (
          <tr>
            <td data-label="Reported">
              <Time at={it.createdAt} />{" "}
              <span class="note">from {it.address}</span>
            </td>
            <td data-label="User">
              <a href={`/users/${it.userId}`}>
                <Stored text={it.name} />
              </a>
            </td>
            <td data-label="Notice">
              {MAIL_LABELS[it.mailKind]}{" "}
              <span class="note">
                {it.facts.at && <Time at={new Date(it.facts.at)} />} from{" "}
                {it.facts.address}
              </span>
            </td>
            <td>
              <Settlement report={it} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Where the account is enabled already, or is to stay disabled, the report alone is settled. */
function Settlement({ report: { id, disabled } }: { report: ReportRow }) {
  return (
    <LiveForm action={`/reports/${id}/settlement`} target="#reports" stay>
      <div class="actions">
        {disabled && (
          <button type="submit" name="enable" value="yes" class="primary">
            Settle and enable
          </button>
        )} <button type="submit">{disabled ? "Only settle" : "Settle"}</button>
      </div>
    </LiveForm>
  );
}
