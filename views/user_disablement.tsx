import { CsrfField, Notice } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { Stored, withFrom } from "./parts.tsx";

export interface DisablementProps {
  user: { id: string; name: string; disabled: boolean; openSessions: number };
  /** Settling the report is what enables it. */
  frozen: boolean;
  from: string;
  refusal?: string | undefined;
}

/** Asks before it happens: a page of its own, so that no click on the details does it by accident. */
export function DisablementPage(
  { user, frozen, from, refusal }: DisablementProps,
) {
  const word = user.disabled ? "Enable" : "Disable";
  return (
    <Layout title={`${word} ${user.name}`}>
      <section class="narrow">
        <h1>
          {word} <Stored text={user.name} />?
        </h1>
        {refusal && <Notice kind="bad">{refusal}</Notice>}
        {!frozen && (
          <p>
            {user.disabled
              ? "The user can sign in again with the password of before."
              : `The user can't sign in any more, and the open sessions (${user.openSessions}) end at once. Nothing is deleted.`}
          </p>
        )}
        <form method="post" action={`/users/${user.id}/disablement`}>
          <CsrfField />
          <input type="hidden" name="from" value={from} />
          <input
            type="hidden"
            name="disabled"
            value={user.disabled ? "no" : "yes"}
          />
          <div class="actions">
            {frozen
              ? <a class="button primary" href="/reports">Reports</a>
              : (
                <button
                  type="submit"
                  class={user.disabled ? "primary" : "primary danger"}
                >
                  {word}
                </button>
              )}{" "}
            <a class="button" href={withFrom(`/users/${user.id}`, from)}>
              Close
            </a>
          </div>
        </form>
      </section>
    </Layout>
  );
}
