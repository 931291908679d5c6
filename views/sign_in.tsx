import { CsrfField, Field, Notice } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { UsePasskey } from "./passkey_form.tsx";

export interface SignInProps {
  identifier: string;
  next: string;
  error?: string | undefined;
  notice?: string | undefined;
}

/** A plain form: it leads to another page, so there is nothing for htmx to swap. */
export function SignInPage({ identifier, next, error, notice }: SignInProps) {
  return (
    <Layout title="Sign in">
      <section class="narrow">
        <h1>Sign in</h1>
        {notice && <Notice kind="plain">{notice}</Notice>}
        {error && <Notice kind="bad">{error}</Notice>}
        <form method="post" action="/sign-in">
          <CsrfField />
          <input type="hidden" name="next" value={next} />
          <Field
            name="identifier"
            label="Username or email"
            autocomplete="username"
            value={identifier}
            required
            autofocus={identifier === ""}
          />
          <Field
            name="password"
            label="Password"
            type="password"
            autocomplete="current-password"
            required
            autofocus={identifier !== ""}
          />
          <div class="actions">
            <button type="submit" class="primary">Sign in</button>{" "}
            <a href="/password-resets/new">Reset your password</a>
          </div>
        </form>
        <UsePasskey
          label="Sign in with a passkey"
          without="A passkey needs scripts, which are off in this browser; your password does not."
          next={next}
        />
      </section>
    </Layout>
  );
}
