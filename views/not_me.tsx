import { CsrfField, Notice } from "./form.tsx";
import { Layout } from "./layout.tsx";

export type NotMeState = "open" | "over" | "done";

/** Reached by the link of a notice, whose token is in a cookie by now. */
export function NotMePage(
  { state, username }: { state: NotMeState; username?: string | undefined },
) {
  return (
    <Layout title="It was not me">
      <section class="narrow">
        <h1>It was not me</h1>
        {state === "open" && (
          <>
            <p>
              This freezes the account{" "}
              <strong hx-ignore>{username}</strong>: nobody can sign in to it,
              its sessions and open links end, and the help desk looks into it.
              Only they can open it again.
            </p>
            <form method="post" action="/not-me">
              <CsrfField />
              <div class="actions">
                <button type="submit" class="primary danger">
                  Freeze the account
                </button>{" "}
                <a class="button" href="/sign-in">Close</a>
              </div>
            </form>
          </>
        )}
        {state === "done" && (
          <Notice>
            <strong>The account is frozen.</strong>{" "}
            Now call your help desk: they see what has happened, and set a new
            password with you.
          </Notice>
        )}
        {state === "over" && (
          <Notice kind="bad">
            This link is over: it was used, has expired, or the account is
            frozen already. If something is wrong, call your help desk.
          </Notice>
        )}
      </section>
    </Layout>
  );
}
