import type { PasskeyRow } from "../services/own_passkeys.ts";
import { CsrfField, Field } from "./form.tsx";
import { PasskeyForm } from "./passkey_form.tsx";
import { Stored, Time } from "./parts.tsx";

/** The passkeys of one's own account, and the way to add one. */
export function Passkeys({ passkeys }: { passkeys: PasskeyRow[] }) {
  return (
    <section class="card" aria-labelledby="passkeys-title">
      <h2 id="passkeys-title">Passkeys</h2>
      <p>
        With a passkey you sign in by your device alone, without password and
        code, and nobody can trick it out of you.
      </p>
      {passkeys.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Added</th>
              <th scope="col">Last used</th>
              <th scope="col">
                <span class="visually-hidden">Remove</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {passkeys.map((it) => <Passkey passkey={it} />)}
          </tbody>
        </table>
      )}
      <PasskeyForm
        action="/account/passkeys"
        options="/account/passkeys/options"
        label="Add a passkey"
        without="To add one, this page needs scripts, which are off in this browser."
      >
        <Field name="name" label="Name of the device" />
      </PasskeyForm>
    </section>
  );
}

function Passkey({ passkey }: { passkey: PasskeyRow }) {
  return (
    <tr>
      <td data-label="Name">
        <Stored text={passkey.name} />
      </td>
      <td data-label="Added">
        <Time at={passkey.createdAt} />
      </td>
      <td data-label="Last used">
        <Time at={passkey.lastUsedAt} />
      </td>
      <td>
        <form method="post" action="/account/passkeys/removal">
          <CsrfField />
          <input type="hidden" name="id" value={passkey.id} />
          <button type="submit" class="danger">Remove</button>
        </form>
      </td>
    </tr>
  );
}
