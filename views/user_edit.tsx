import type { Forbidden } from "../services/authorization.ts";
import { ErrorSummary, LiveForm, Notice, RestoredNotice } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { usePage } from "./page.ts";
import { searchPath, Stored, withFrom } from "./parts.tsx";
import { refusalText } from "./refusals.ts";
import { fieldLabels, UserFields, type UserFieldsProps } from "./user_form.tsx";

export interface EditUserProps extends UserFieldsProps {
  userId: string;
  /** As it is stored, for the heading. */
  name: string;
  version: number;
  from: string;
  /** Why the password can't be set, where it can't. */
  passwordRefusal: Forbidden | undefined;
  changedMeanwhile?: boolean;
}

export function EditUserPage(props: EditUserProps) {
  return (
    <Layout title={`Edit ${props.name}`}>
      <EditUserForm {...props} />
    </Layout>
  );
}

/** Fragment: takes the place of the details, and of itself where something is wrong. */
export function EditUserForm(props: EditUserProps) {
  const { userId, name, version, from, changedMeanwhile } = props;
  const { restored } = usePage();
  const action = `/users/${userId}/edit`;
  return (
    <article id="user">
      <h1
        tabindex={-1}
        data-focus={restored || isTroubled(props) ? undefined : ""}
      >
        Edit <Stored text={name} />
      </h1>
      <RestoredNotice />
      <ErrorSummary
        errors={props.errors}
        labels={fieldLabels(props.attributes)}
      />
      {changedMeanwhile && (
        <Notice kind="bad">
          Somebody else has saved this user meanwhile. Your values are still in
          the form, theirs beside them. Correct what you need, then save again.
        </Notice>
      )}
      <LiveForm action={action} target="#user">
        <input type="hidden" name="version" value={String(version)} />
        <input type="hidden" name="from" value={from} />
        <fieldset class="card">
          <legend>Attributes</legend>
          <UserFields {...props} />
          <PasswordLine {...props} />
        </fieldset>
        <div class="actions">
          <button type="submit" class="primary">Save</button>{" "}
          <a class="button" href={searchPath(from, userId)}>Close</a>
        </div>
      </LiveForm>
    </article>
  );
}

/** Then what is wrong takes the focus, and not the heading. */
function isTroubled({ errors, changedMeanwhile }: EditUserProps) {
  return changedMeanwhile || Object.values(errors).some((it) => it);
}

function PasswordLine({ userId, from, passwordRefusal }: EditUserProps) {
  const { nonce } = usePage();
  const href = withFrom(`/users/${userId}/password`, from);
  return (
    <div class="field">
      <span class="label">Password</span>
      <p class="hint">
        It can be set, never seen. First offer the{" "}
        <a href="/help">ways to help themselves</a>.
      </p>
      {passwordRefusal
        ? <p class="hint">{refusalText(passwordRefusal)}</p>
        : (
          <p>
            <a
              class="button"
              href={href}
              hx-get={href}
              hx-target="#dialog"
              hx-swap="innerHTML"
              hx-indicator="#progress"
              hx-nonce={nonce}
            >
              Change password
            </a>
          </p>
        )}
    </div>
  );
}
