import type { Permission } from "../services/context.ts";
import type { GrantDoubts } from "../services/grant_doubts.ts";
import { LiveForm, Notice, RestoredNotice } from "./form.tsx";
import { grantDoubtLines } from "./grant_doubts.ts";
import { Layout } from "./layout.tsx";
import { Stored, withFrom } from "./parts.tsx";
import { PERMISSION_LABELS } from "./refusals.ts";

const EXPLAINED: Record<Permission, string> = {
  user_management:
    "find, create, edit, disable users, end their sessions, and set their passwords",
  audit_log: "read the audit log",
  administration:
    "grant and take permissions on this page, and manage API tokens; with Audit log, the webhooks as well",
};

export interface PermissionsProps {
  user: { id: string; name: string };
  from: string;
  held: Permission[];
  wanted: Permission[];
  doubts: GrantDoubts;
  refusal?: string | undefined;
  notice?: string | undefined;
}

export function PermissionsPage(props: PermissionsProps) {
  return (
    <Layout title={`Permissions of ${props.user.name}`}>
      <PermissionsForm {...props} />
    </Layout>
  );
}

/** Fragment: replaces itself. */
export function PermissionsForm(
  { user, from, held, wanted, doubts, refusal, notice }: PermissionsProps,
) {
  const lines = grantDoubtLines(doubts);
  const action = `/users/${user.id}/permissions`;
  return (
    <article id="permissions">
      <h1>
        Permissions of <Stored text={user.name} />
      </h1>
      <RestoredNotice />
      {notice && <Notice>{notice}</Notice>}
      {refusal && <Notice kind="bad">{refusal}</Notice>}
      {lines.length > 0 && (
        <Notice kind="plain">
          {lines.map((it) => <p hx-ignore>{it}</p>)}
        </Notice>
      )}
      <LiveForm action={action} target="#permissions">
        <input type="hidden" name="from" value={from} />
        <input type="hidden" name="seen" value={held.join(",")} />
        <fieldset class="card">
          <legend>May</legend>
          {(Object.keys(PERMISSION_LABELS) as Permission[]).map((it) => (
            <div class="field">
              <label class="check-line">
                <input
                  type="checkbox"
                  name={it}
                  value="yes"
                  checked={wanted.includes(it)}
                  aria-describedby={`${it}-hint`}
                />
                {PERMISSION_LABELS[it]}
              </label>
              <p class="hint" id={`${it}-hint`}>{EXPLAINED[it]}</p>
            </div>
          ))}
        </fieldset>
        <p class="hint">
          A removed permission stops working at once. A user who is given one
          must sign in again and confirm their passkeys and app.
        </p>
        <div class="actions">
          <button type="submit" class="primary">Save</button>{" "}
          <a class="button" href={withFrom(`/users/${user.id}`, from)}>Close</a>
        </div>
      </LiveForm>
    </article>
  );
}
