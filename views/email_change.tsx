import { CsrfField, Notice } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { Stored } from "./parts.tsx";

export interface EmailChangeProps {
  step: "confirm" | "stop";
  state: "open" | "done" | "over" | "taken";
  about?: { username: string; email: string } | undefined;
}

const WORDS = {
  confirm: {
    title: "Confirm your email address",
    button: "Confirm",
    done: "The email address is confirmed. From now on mail goes there.",
  },
  stop: {
    title: "Stop the change of your email address",
    button: "Stop the change",
    done: "The change is stopped. Your email address stays as it is.",
  },
};

/** Reached by the link of a mail, to the new address or to the old one. */
export function EmailChangePage({ step, state, about }: EmailChangeProps) {
  const { title, button, done } = WORDS[step];
  return (
    <Layout title={title}>
      <section class="narrow">
        <h1>{title}</h1>
        {about && (
          <>
            <p>
              The account <Stored text={about.username} />{" "}
              is to have the email address <Stored text={about.email} />.
            </p>
            <form method="post" action={`/email-${ACTIONS[step]}`}>
              <CsrfField />
              <div class="actions">
                <button type="submit" class="primary">{button}</button>
              </div>
            </form>
          </>
        )}
        {state === "done" && <Notice>{done}</Notice>}
        {state === "over" && (
          <Notice kind="bad">
            This link is over: it was used, has expired, or the change was
            stopped or replaced. If something is wrong, call your help desk.
          </Notice>
        )}
        {state === "taken" && (
          <Notice kind="bad">
            Another account has this address by now. Call your help desk.
          </Notice>
        )}
      </section>
    </Layout>
  );
}

const ACTIONS = { confirm: "confirmation", stop: "stop" };
