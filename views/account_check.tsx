import { CsrfField, Field, Notice } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { UsePasskey } from "./passkey_form.tsx";
import { usePage } from "./page.ts";

/** Asks again who sits there, before what opens the account is changed. */
export function CheckPage(
  { next, error }: { next: string; error?: string | undefined },
) {
  const { actor } = usePage();
  return (
    <Layout title="Is it you?">
      <section class="narrow">
        <h1>Is it you?</h1>
        {error && <Notice kind="bad">{error}</Notice>}
        <p>
          You signed in a while ago. Before you change how, please give your
          password once more.
        </p>
        <form method="post" action="/account/check">
          <CsrfField />
          <input type="hidden" name="next" value={next} />
          <input
            type="text"
            name="username"
            value={actor?.username}
            autocomplete="username"
            readonly
            hidden
          />
          <Field
            name="password"
            label="Password"
            type="password"
            autocomplete="current-password"
            required
            autofocus
          />
          <div class="actions">
            <button type="submit" class="primary">Continue</button>{" "}
            <a class="button" href="/account/password">Close</a>
          </div>
        </form>
        {actor?.secondFactor && !actor.mustConfirm && (
          <UsePasskey action="/account/check/passkey" next={next} />
        )}
      </section>
    </Layout>
  );
}
