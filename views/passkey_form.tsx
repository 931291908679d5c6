import type { Child } from "hono/jsx";
import { CsrfField } from "./form.tsx";
import { usePage } from "./page.ts";

/**
 * A form that a passkey fills in (static/passkeys.js). Where scripts are off it stays hidden, and what is in
 * its place says so.
 */
export function PasskeyForm(
  { action, options, label, without, kind, children }: {
    action: string;
    /** Where the script gets what the passkey has to sign. */
    options: string;
    label: string;
    /** What is said where scripts are off. */
    without: string;
    kind?: string;
    children?: Child;
  },
) {
  const { nonce, asset } = usePage();
  return (
    <>
      <passkey-form options={options}>
        <form method="post" action={action} hidden>
          <CsrfField />
          <input type="hidden" name="response" value="" />
          {children}
          <button type="submit" class={kind}>{label}</button>
        </form>
        <p class="hint" data-without>{without}</p>
        <p class="error" role="alert"></p>
      </passkey-form>
      <script src={asset("simplewebauthn.min.js")} nonce={nonce} defer></script>
      <script src={asset("passkeys.js")} nonce={nonce} defer></script>
    </>
  );
}

/** Proves who sits there by a passkey that there is already. */
export function UsePasskey(
  { action = "/sign-in/passkey", label = "Use a passkey", without, next }: {
    action?: string;
    label?: string;
    without?: string;
    next: string;
  },
) {
  return (
    <PasskeyForm
      action={action}
      options="/sign-in/passkey/options"
      label={label}
      without={without ??
        "A passkey needs scripts, which are off in this browser."}
    >
      <input type="hidden" name="next" value={next} />
    </PasskeyForm>
  );
}
