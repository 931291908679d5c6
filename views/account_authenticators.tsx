import type { ShownAuthenticator } from "../services/own_authenticators.ts";
import { AuthenticatorChoices } from "./authenticators.tsx";
import { CsrfField } from "./form.tsx";
import { Layout } from "./layout.tsx";

/** Whoever has suspended authenticators reaches this page alone, until each was kept or removed. */
export function AuthenticatorsPage(
  { authenticators }: { authenticators: ShownAuthenticator[] },
) {
  return (
    <Layout title="Which of these are yours?">
      <section class="narrow">
        <h1>Which of these are yours?</h1>
        <p>
          Your account was frozen, its password was reset, or you were given a
          permission. Say which of these are yours: until then none of them
          signs anybody in.
        </p>
        <form method="post" action="/account/authenticators">
          <CsrfField />
          <AuthenticatorChoices
            authenticators={authenticators}
            kept={[]}
            legend="Passkeys and app"
            hint="Tick those that you added yourself and still have. The others are removed as you save. If one stays, you get new recovery codes."
          />
          <div class="actions">
            <button type="submit" class="primary">Save</button>
          </div>
        </form>
      </section>
    </Layout>
  );
}
