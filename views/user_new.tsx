import { ErrorSummary, LiveForm, Notice, RestoredNotice } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { fieldLabels, UserFields, type UserFieldsProps } from "./user_form.tsx";

export interface NewUserProps extends UserFieldsProps {
  refusal?: string | undefined;
}

export function NewUserPage(props: NewUserProps) {
  return (
    <Layout title="New user">
      <h1>New user</h1>
      <NewUserForm {...props} />
    </Layout>
  );
}

/** Fragment: replaces itself where something is wrong. */
export function NewUserForm(props: NewUserProps) {
  return (
    <LiveForm id="new-user" action="/users/new" target="#new-user">
      <RestoredNotice />
      <ErrorSummary
        errors={props.errors}
        labels={fieldLabels(props.attributes)}
      />
      {props.refusal && <Notice kind="bad">{props.refusal}</Notice>}
      <fieldset class="card">
        <legend>Attributes</legend>
        <UserFields {...props} />
        <p class="hint">
          The user can't sign in before a password has been set: after saving,
          press Edit and then Change password.
        </p>
      </fieldset>
      <div class="actions">
        <button type="submit" class="primary">Save</button>{" "}
        <a class="button" href="/users">Close</a>
      </div>
    </LiveForm>
  );
}
