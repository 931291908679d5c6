import { CsrfField, ErrorSummary, Field, RestoredNotice } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { Stored, withFrom } from "./parts.tsx";

export interface RemoveSecondFactorProps {
  user: { id: string; name: string };
  from: string;
  reason: string;
  error?: string | undefined;
}

const LABEL = "How did you make sure whom you talk to?";

/** Asks before it happens, and for the reason. */
export function RemoveSecondFactorPage(
  { user, from, reason, error }: RemoveSecondFactorProps,
) {
  return (
    <Layout title={`Second factor of ${user.name}`}>
      <section class="narrow">
        <h1>
          Remove the second factor of <Stored text={user.name} />?
        </h1>
        <RestoredNotice />
        <ErrorSummary errors={{ reason: error }} labels={{ reason: LABEL }} />
        <p>
          For somebody who has lost the telephone and the recovery codes. From
          then on the password alone signs in, all sessions end, and the user is
          told by email. Whoever calls may be somebody else: this is what they
          would ask for.
        </p>
        <form
          method="post"
          action={`/users/${user.id}/second-factor`}
          novalidate
        >
          <CsrfField />
          <input type="hidden" name="from" value={from} />
          <Field
            name="reason"
            label={LABEL}
            value={reason}
            error={error}
            hint="It goes into the audit log."
            required
          />
          <div class="actions">
            <button type="submit" class="primary danger">Remove</button>{" "}
            <a class="button" href={withFrom(`/users/${user.id}`, from)}>
              Close
            </a>
          </div>
        </form>
      </section>
    </Layout>
  );
}
