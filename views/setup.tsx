import type { UserInput } from "../services/user_fields.ts";
import { CsrfField, ErrorSummary, Notice } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { NewPasswordField, type PasswordRules } from "./password_field.tsx";
import { fieldLabels, UserFields } from "./user_form.tsx";

export interface SetupProps {
  open: boolean;
  input: UserInput;
  rules: PasswordRules;
  clear?: boolean | undefined;
  errors: Record<string, string | undefined>;
}

/** Reached once, by the link that the first start prints. */
export function SetupPage(props: SetupProps) {
  const { open, input, rules, clear, errors } = props;
  return (
    <Layout title="First administrator">
      <section class="narrow">
        <h1>First administrator</h1>
        {open
          ? (
            <form method="post" action="/setup" novalidate>
              <ErrorSummary
                errors={errors}
                labels={{ ...fieldLabels([]), newPassword: "New password" }}
              />
              <CsrfField />
              <UserFields input={input} errors={errors} attributes={[]} />
              <NewPasswordField
                rules={rules}
                clear={clear}
                clearHref="/setup?clear=yes"
                checkAction="/setup/check"
                error={errors.newPassword}
              />
              <div class="actions">
                <button type="submit" class="primary">Save</button>
              </div>
            </form>
          )
          : (
            <Notice kind="bad">
              This link is over: it was used, has expired, or a newer one has
              been printed. While there is no administrator, each start of
              Passdesk prints a new one.
            </Notice>
          )}
      </section>
    </Layout>
  );
}
