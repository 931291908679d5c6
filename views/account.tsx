import type { OwnSecondFactor } from "../services/own_second_factor.ts";
import {
  ChangePasswordForm,
  type ChangePasswordProps,
} from "./account_password.tsx";
import type { PasskeyRow } from "../services/own_passkeys.ts";
import { Passkeys } from "./account_passkeys.tsx";
import { CsrfField, Notice } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { Time } from "./parts.tsx";

export interface AccountProps extends ChangePasswordProps {
  secondFactor: OwnSecondFactor;
  passkeys: PasskeyRow[];
}

/** *User > Password/2FA*: all that opens one's account. */
export function AccountPage(props: AccountProps) {
  return (
    <Layout title="Password/2FA">
      <div class="account">
        <h1>Password/2FA</h1>
        {props.mustEnrol && !props.mustChange && (
          <Notice kind="plain">
            Your account must have a second factor. Add an authenticator app
            now; after that everything else is open to you.
          </Notice>
        )}
        <ChangePasswordForm {...props} />
        {!props.mustChange && (
          <>
            <SecondFactor {...props} />
            <Passkeys passkeys={props.passkeys} />
          </>
        )}
        {!props.mustChange && !props.mustEnrol && (
          <section class="card" aria-labelledby="sessions-title">
            <h2 id="sessions-title">Sessions</h2>
            <p>Where you are signed in, and since when.</p>
            <div class="actions">
              <a class="button" href="/account/sessions">Show sessions</a>
            </div>
          </section>
        )}
      </div>
    </Layout>
  );
}

function SecondFactor({ secondFactor, passkeys }: AccountProps) {
  const { confirmedAt, recoveryCodesLeft } = secondFactor;
  return (
    <section class="card" aria-labelledby="second-factor-title">
      <h2 id="second-factor-title">Second factor</h2>
      {!confirmedAt && (
        <p>
          With an authenticator app on your telephone, nobody can sign in by
          your password alone.
        </p>
      )}
      {(confirmedAt || passkeys.length > 0) && (
        <dl>
          {confirmedAt && (
            <div>
              <dt>App</dt>
              <dd>
                since <Time at={confirmedAt} />
              </dd>
            </div>
          )}
          <div>
            <dt>Recovery codes</dt>
            <dd>
              {recoveryCodesLeft} left{" "}
              {recoveryCodesLeft < 3 && (
                <span class="badge warn">make new ones</span>
              )}
            </dd>
          </div>
        </dl>
      )}
      <div class="actions">
        {!confirmedAt && (
          <ActionForm action="/account/totp" label="Add an authenticator app" />
        )}
        {(confirmedAt || passkeys.length > 0) && (
          <ActionForm
            action="/account/recovery-codes"
            label="New recovery codes"
          />
        )}{" "}
        {confirmedAt && (
          <a class="button danger" href="/account/totp/removal">
            Remove the app
          </a>
        )}
      </div>
    </section>
  );
}

/** A button that changes something: a plain form, since it leads to another page. */
export function ActionForm(
  { action, label, kind }: { action: string; label: string; kind?: string },
) {
  return (
    <form method="post" action={action}>
      <CsrfField />
      <button type="submit" class={kind}>{label}</button>
    </form>
  );
}
