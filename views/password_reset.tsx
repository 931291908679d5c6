import type { ShownAuthenticator } from "../services/own_authenticators.ts";
import { AuthenticatorChoices } from "./authenticators.tsx";
import { CsrfField, ErrorSummary, Field, Notice } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { NewPasswordField, type PasswordRules } from "./password_field.tsx";

export interface RequestResetProps {
  identifier: string;
  minutes: number;
  requested?: boolean;
  error?: string | undefined;
}

/** Says the same whoever was asked for: it tells nobody who has an account. */
export function RequestResetPage(
  { identifier, minutes, requested, error }: RequestResetProps,
) {
  return (
    <Layout title="Reset your password">
      <section class="narrow">
        <h1>Reset your password</h1>
        {error && <Notice kind="bad">{error}</Notice>}
        {requested
          ? <Requested minutes={minutes} />
          : (
            <form method="post" action="/password-resets/new">
              <CsrfField />
              <p>
                We send a link to the email address of your account. With it you
                choose a new password.
              </p>
              <Field
                name="identifier"
                label="Username or email"
                autocomplete="username"
                value={identifier}
                required
                autofocus
              />
              <div class="actions">
                <button type="submit" class="primary">Send the link</button>
                {" "}
                <a class="button" href="/sign-in">Close</a>
              </div>
            </form>
          )}
      </section>
    </Layout>
  );
}

function Requested({ minutes }: { minutes: number }) {
  return (
    <>
      <Notice>
        <strong>Look into your mailbox.</strong>{" "}
        If there is an account with an email address, a link is on its way. It
        works for {minutes} minutes.
      </Notice>
      <p>
        Nothing there after some minutes? Look into the folder for spam, then
        {" "}
        <a href="/password-resets/new">ask again</a>. Without access to the
        mailbox, call your help desk: they can set a password for you.
      </p>
      <div class="actions">
        <a class="button" href="/sign-in">Sign in</a>
      </div>
    </>
  );
}

export interface ResetProps {
  /** Whose password it is; undefined where the link is over. */
  username: string | undefined;
  rules: PasswordRules;
  /** Of passkeys, app and codes, what signs nobody in any more unless it is ticked. */
  toConfirm: ShownAuthenticator[];
  kept: readonly string[];
  clear?: boolean | undefined;
  error?: string | undefined;
}

/** Reached by the emailed link, whose token is in a cookie by now. */
export function ResetPage(
  { username, rules, toConfirm, kept, clear, error }: ResetProps,
) {
  return (
    <Layout title="Reset your password">
      <section class="narrow">
        <h1>Reset your password</h1>
        {username === undefined
          ? <LinkOver />
          : (
            <form method="post" action="/password-reset" novalidate>
              <CsrfField />
              <ErrorSummary
                errors={{ newPassword: error }}
                labels={{ newPassword: "New password" }}
              />
              <Field
                name="username"
                label="Username"
                autocomplete="username"
                value={username}
                readonly
                required
              />
              <NewPasswordField
                rules={rules}
                clear={clear}
                clearHref="/password-reset?clear=yes"
                checkAction="/password-reset/check"
                error={error}
                autofocus
              />
              <AuthenticatorChoices
                authenticators={toConfirm}
                kept={kept}
                legend="Which of these are yours?"
                hint="They were added while somebody else may have known your password. Tick those that you added yourself. By the others alone nobody signs in any more. If none is yours, call your help desk: signing in still asks for one."
              />
              <p class="hint">
                All your sessions end. Then sign in with the new password.
              </p>
              <div class="actions">
                <button type="submit" class="primary">Save</button>
              </div>
            </form>
          )}
      </section>
    </Layout>
  );
}

function LinkOver() {
  return (
    <>
      <Notice kind="bad">
        This link is over: it was used, has expired, or a newer one was sent.
      </Notice>
      <div class="actions">
        <a class="button primary" href="/password-resets/new">
          Send a new link
        </a>{" "}
        <a class="button" href="/sign-in">Sign in</a>
      </div>
    </>
  );
}
