import { encode } from "uqr";
import { CsrfField, ErrorSummary, Field, Notice } from "./form.tsx";
import { ActionForm } from "./account.tsx";
import { Layout } from "./layout.tsx";

export interface EnrolTotpProps {
  secret: string;
  uri: string;
  error?: string | undefined;
}

/** The secret for an authenticator app, as a picture and to type, and the field for its first code. */
export function EnrolTotpPage({ secret, uri, error }: EnrolTotpProps) {
  return (
    <Layout title="Authenticator app">
      <section class="narrow">
        <h1>Authenticator app</h1>
        <ErrorSummary errors={{ code: error }} labels={{ code: "Code" }} />
        <ol class="steps">
          <li>
            <p>
              Scan this with the app, or type the key in. Keep it to yourself.
            </p>
            <QrCode text={uri} />
            <p>
              Key: <code class="key">{inGroups(secret)}</code>
            </p>
          </li>
          <li>
            <p>Type the code that the app shows now.</p>
            <form method="post" action="/account/totp/confirmation">
              <CsrfField />
              <CodeField error={error} />
              <div class="actions">
                <button type="submit" class="primary">Save</button>{" "}
                <a class="button" href="/account/password">Close</a>
              </div>
            </form>
          </li>
        </ol>
      </section>
    </Layout>
  );
}

/** For a code of an app, or where `recovery` for a recovery code too. */
export function CodeField(
  { error, hint }: { error?: string | undefined; hint?: string },
) {
  return (
    <Field
      name="code"
      label="Code"
      autocomplete="one-time-code"
      hint={hint}
      error={error}
      required
      autofocus
    />
  );
}

/** Black on white also where the page is dark, with the quiet zone that scanners need. */
function QrCode({ text }: { text: string }) {
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  const dark = data.flatMap((row, y) =>
    row.flatMap((it, x) => it ? [`M${x} ${y}h1v1h-1z`] : [])
  ).join("");
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${size} ${size}`}
      width="240"
      height="240"
      role="img"
      aria-label="QR code of the key below"
      shape-rendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={dark} fill="#000" />
    </svg>
  );
}

function inGroups(secret: string) {
  return secret.match(/.{1,4}/g)!.join(" ");
}

export function RemoveTotpPage() {
  return (
    <Layout title="Remove the app">
      <section class="narrow">
        <h1>Remove the app</h1>
        <p>
          From then on your password alone signs you in. Your recovery codes end
          too, and all your other sessions.
        </p>
        <div class="actions">
          <ActionForm
            action="/account/totp/removal"
            label="Remove the app"
            kind="danger"
          />{" "}
          <a class="button" href="/account/password">Close</a>
        </div>
      </section>
    </Layout>
  );
}

/** The only page that ever shows them. */
export function RecoveryCodesPage(
  { codes, added }: { codes: string[]; added: boolean },
) {
  return (
    <Layout title="Recovery codes">
      <section class="narrow">
        <h1>Recovery codes</h1>
        <Notice>
          {added
            ? "It is added. From now on your password alone signs nobody in."
            : "These are new. The old ones no longer work."}
        </Notice>
        <p>
          Without your telephone, each of these signs you in once. They are
          shown this one time: print them, or keep them in a password manager.
        </p>
        <ol class="codes">
          {codes.map((it) => (
            <li>
              <code>{it}</code>
            </li>
          ))}
        </ol>
        <div class="actions">
          <a class="button primary" href="/account/password">Close</a>
        </div>
      </section>
    </Layout>
  );
}
