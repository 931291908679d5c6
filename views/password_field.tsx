import type { BlankEnd } from "../services/password_blanks.ts";
import type { PasswordPreview } from "../services/password_previews.ts";
import { AS_TYPED, describedBy, FieldError } from "./form.tsx";
import { usePage } from "./page.ts";
import { violationText } from "./violations.ts";

export interface PasswordRules {
  minLength: number;
  maxLength: number;
  history: number;
}

export interface NewPasswordFieldProps {
  rules: PasswordRules;
  /** In clear text from the start. */
  clear?: boolean | undefined;
  /** Where a browser without scripts gets the clear field. */
  clearHref: string;
  /** Where what is typed is checked; it stores nothing. */
  checkAction: string;
  error?: string | undefined;
  /** A suggestion of ours, never what somebody has sent. */
  suggestion?: string | undefined;
  readonly?: boolean;
  autofocus?: boolean;
}

export const NEW_PASSWORD_FIELD = "newPassword";

/** The field for a new password: the rules before typing, a check while typing, clear text on demand. */
export function NewPasswordField(
  {
    rules,
    clear,
    clearHref,
    checkAction,
    error,
    suggestion,
    readonly,
    autofocus,
  }: NewPasswordFieldProps,
) {
  const { nonce } = usePage();
  const id = NEW_PASSWORD_FIELD;
  const readable = clear || suggestion !== undefined;
  return (
    <div class="field">
      <label for={id}>New password</label>
      <Rules {...rules} />
      <input
        id={id}
        name={id}
        type={readable ? "text" : "password"}
        value={suggestion}
        readonly={readonly}
        required
        autofocus={autofocus}
        autocomplete="new-password"
        {...AS_TYPED}
        class="password"
        {...describedBy(id, { error, more: `${id}-rules` })}
        hx-post={checkAction}
        hx-trigger="input changed delay:250ms"
        hx-target={`#${id}-check`}
        hx-swap="outerHTML"
        hx-sync="this:replace"
        hx-validate="false"
        hx-nonce={nonce}
      />
      <FieldError id={id} error={error} />
      {!readable && (
        <reveal-password for={id}>
          <a href={clearHref}>Show password in clear text</a>
        </reveal-password>
      )}
      <PasswordCheckResult />
    </div>
  );
}

function Rules({ minLength, maxLength, history }: PasswordRules) {
  return (
    <ul class="rules hint" id={`${NEW_PASSWORD_FIELD}-rules`}>
      <li>
        {minLength} to {maxLength}{" "}
        characters of any kind; a few words work well; blanks count
      </li>
      <li>not a common or easily guessed password</li>
      <li>not made of the name, the username or the email</li>
      {history > 0 && <li>none of the last {history} passwords</li>}
    </ul>
  );
}

/** No error: the password is taken as it is. */
export function BlankNote({ blanks }: { blanks: BlankEnd[] }) {
  if (blanks.length === 0) return null;
  const where = blanks.map((it) => `at the ${it}`).join(" and ");
  return (
    <p class="hint">
      There is a blank{" "}
      {where}. It is a part of the password and has to be typed each time.
    </p>
  );
}

const STRENGTH = ["very weak", "weak", "fair", "good", "strong"] as const;

/** Fragment: what is to be said of the password while it is typed. */
export function PasswordCheckResult(
  { check, later }: { check?: PasswordPreview; later?: boolean },
) {
  return (
    <div id={`${NEW_PASSWORD_FIELD}-check`} class="check" role="status">
      {later && (
        <span class="hint">
          Too many checks at once. The password is checked when you save it.
        </span>
      )}
      {check && (
        <>
          <meter
            min={0}
            max={4}
            low={2}
            high={3}
            optimum={4}
            value={check.score}
            aria-label="Strength"
          />{" "}
          <span>Strength: {STRENGTH[check.score]}.</span>{" "}
          {check.violations.length === 0
            ? (
              <span class="fine">
                It meets the rules that can be checked now.
              </span>
            )
            : (
              <ul>
                {check.violations.map((it) => <li>{violationText(it)}</li>)}
              </ul>
            )} <BlankNote blanks={check.blanks} />
        </>
      )}
    </div>
  );
}
