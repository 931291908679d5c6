import { CodeField } from "./account_totp.tsx";
import { CsrfField, Notice } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { UsePasskey } from "./passkey_form.tsx";

export interface SecondStepProps {
  next: string;
  /** False where it is too late for the second step. */
  open: boolean;
  /** There is a passkey to take instead. */
  passkeys: boolean;
  error?: string | undefined;
}

/** Behind the password: the code of the app, or a recovery code. */
export function SecondStepPage(
  { next, open, passkeys, error }: SecondStepProps,
) {
  return (
    <Layout title="Second factor">
      <section class="narrow">
        <h1>Second factor</h1>
        {error && <Notice kind="bad">{error}</Notice>}
        {open
          ? (
            <form method="post" action="/sign-in/second-factor">
              <CsrfField />
              <input type="hidden" name="next" value={next} />
              <CodeField hint="The six digits that your authenticator app shows, or one of your recovery codes." />
              <div class="actions">
                <button type="submit" class="primary">Sign in</button>{" "}
                <a class="button" href="/sign-in">Close</a>
              </div>
              <p class="hint">
                No telephone and no codes? Your help desk can remove the second
                factor.
              </p>
            </form>
          )
          : (
            <>
              <Notice kind="plain">
                Too much time has gone by, or your password was changed
                meanwhile. Nobody is signed in.
              </Notice>
              <div class="actions">
                <a class="button primary" href="/sign-in">Sign in again</a>
              </div>
            </>
          )}
        {open && passkeys && <UsePasskey next={next} />}
      </section>
    </Layout>
  );
}
