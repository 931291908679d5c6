import type { ShownAuthenticator } from "../services/own_authenticators.ts";
import type { BlankEnd } from "../services/password_blanks.ts";
import { AuthenticatorChoices } from "./authenticators.tsx";
import { ErrorSummary, Field, LiveForm, Notice } from "./form.tsx";
import { usePage } from "./page.ts";
import {
  BlankNote,
  NewPasswordField,
  type PasswordRules,
} from "./password_field.tsx";

export interface ChangePasswordProps {
  rules: PasswordRules;
  /** Signed in with a temporary password. */
  mustChange: boolean;
  /** Must add a second factor before anything else. */
  mustEnrol: boolean;
  /** What the change ends, of passkeys, app and codes, unless it is ticked. */
  toConfirm: ShownAuthenticator[];
  kept: readonly string[];
  clear?: boolean | undefined;
  errors: { currentPassword?: string; newPassword?: string };
  changed?: { sessionsEnded: number; blanks: BlankEnd[] } | undefined;
}

/** Fragment: replaces itself. Never echoes a password. */
export function ChangePasswordForm(props: ChangePasswordProps) {
  const { actor } = usePage();
  const { errors, changed, mustChange } = props;
  return (
    <LiveForm
      id="own-password"
      action="/account/password"
      target="#own-password"
    >
      {changed && (
        <Notice>
          <strong>Your password is changed.</strong> {changed.sessionsEnded > 0
            ? `Your other sessions (${changed.sessionsEnded}) were ended.`
            : "You had no other session."} <a href="/?continue=yes">Continue</a>
          <BlankNote blanks={changed.blanks} />
        </Notice>
      )}
      {mustChange && (
        <Notice kind="plain">
          You have signed in with a temporary password. Choose your own now;
          after that everything else is open to you.
        </Notice>
      )}
      <ErrorSummary
        errors={errors}
        labels={{
          currentPassword: "Current password",
          newPassword: "New password",
        }}
      />
      <input
        type="text"
        name="username"
        value={actor?.username}
        autocomplete="username"
        readonly
        hidden
      />
      <fieldset class="card">
        <legend>Change password</legend>
        <Field
          name="currentPassword"
          label="Current password"
          type="password"
          autocomplete="current-password"
          error={errors.currentPassword}
          required
        />
        <NewPasswordField
          rules={props.rules}
          clear={props.clear}
          clearHref="/account/password?clear=yes"
          checkAction="/account/password/check"
          error={errors.newPassword}
        />
        <AuthenticatorChoices
          authenticators={props.toConfirm}
          kept={props.kept}
          legend="Which of these are yours?"
          hint="They were added while somebody else may have known your password. Tick those that you added yourself. The others are removed as you save."
        />
        <div class="actions">
          <button type="submit" class="primary">Save</button>{" "}
          {!mustChange && !props.mustEnrol && (
            <a class="button" href="/">Close</a>
          )}
        </div>
      </fieldset>
    </LiveForm>
  );
}
