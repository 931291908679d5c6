import type { BlankEnd } from "../services/password_blanks.ts";
import {
  ErrorSummary,
  FieldError,
  LiveForm,
  Notice,
  RestoredNotice,
} from "./form.tsx";
import { Layout } from "./layout.tsx";
import { searchPath, Stored, withFrom } from "./parts.tsx";
import {
  BlankNote,
  NewPasswordField,
  type PasswordRules,
} from "./password_field.tsx";

export interface SetPasswordProps {
  user: { id: string; name: string };
  from: string;
  rules: PasswordRules;
  temporaryHours: number;
  /** FORCE_TEMPORARY: there is nothing to choose. */
  mustBeTemporary: boolean;
  /** Which ways to a password the configuration allows. */
  modes: readonly ("typed" | "generated")[];
  formId: string;
  seenSetAt: string;
  temporary: boolean;
  reason: string;
  reasonText: string;
  clear?: boolean | undefined;
  suggestion?: { password: string; proof: string } | undefined;
  errors: { newPassword?: string; reason?: string };
  refusal?: string | undefined;
  saved?:
    | { sessionsEnded: number; temporary: boolean; blanks: BlankEnd[] }
    | undefined;
}

export function SetPasswordPage(props: SetPasswordProps) {
  return (
    <Layout title="Change password">
      <SetPasswordPanel {...props} />
    </Layout>
  );
}

/** Fragment: the form, or that it is done. A password that was sent never comes back in it. */
export function SetPasswordPanel(props: SetPasswordProps) {
  return (
    <section id="change-password" class="panel" aria-labelledby="change-title">
      <h1 id="change-title">
        Change password of <Stored text={props.user.name} />
      </h1>
      {props.saved ? <Saved {...props} /> : <Form {...props} />}
    </section>
  );
}

function Saved({ saved, user, from, temporaryHours }: SetPasswordProps) {
  const { sessionsEnded, temporary, blanks } = saved!;
  return (
    <>
      <Notice>
        <p>
          <strong>The new password is saved.</strong> {sessionsEnded === 0
            ? "The user had no open session."
            : sessionsEnded === 1
            ? "1 open session was ended."
            : `${sessionsEnded} open sessions were ended.`}
        </p>
        <BlankNote blanks={blanks} />
      </Notice>
      <ul>
        <li>
          Tell the password through a secure channel: by telephone or in person,
          to somebody whose identity you have checked. Not by email.
        </li>
        <li>
          {temporary
            ? `It is temporary: the user has to replace it at the next sign-in, within ${temporaryHours} hours.`
            : "Ask the user to replace it soon under User > Password/2FA."}
        </li>
      </ul>
      <p>
        <a
          class="button primary"
          href={searchPath(from, user.id)}
          data-focus
          data-keep-edits
        >
          Close
        </a>{" "}
        <a
          class="button"
          href={withFrom(`/users/${user.id}`, from)}
          data-keep-edits
        >
          Show details
        </a>
      </p>
    </>
  );
}

function Form(props: SetPasswordProps) {
  const { user, from, errors, suggestion, modes, refusal } = props;
  const action = `/users/${user.id}/password`;
  const clearHref = `${action}?${new URLSearchParams({ from, clear: "yes" })}`;
  return (
    <LiveForm action={action} target="#change-password" stay>
      {/* Enter presses the first button of a form, and that must not be Generate. */}
      <button type="submit" hidden>Save</button>
      <RestoredNotice />
      {refusal && <Notice kind="bad">{refusal}</Notice>}
      <ErrorSummary
        errors={errors}
        labels={{ newPassword: "New password", reason: "Reason" }}
      />
      <input type="hidden" name="from" value={from} />
      <input type="hidden" name="formId" value={props.formId} />
      <input type="hidden" name="seenSetAt" value={props.seenSetAt} />
      <input type="hidden" name="proof" value={suggestion?.proof ?? ""} />
      <NewPasswordField
        rules={props.rules}
        clear={props.clear}
        clearHref={clearHref}
        checkAction={`${action}/check`}
        error={errors.newPassword}
        suggestion={suggestion?.password}
        readonly={!modes.includes("typed")}
        autofocus
      />
      {modes.includes("generated") && (
        <p>
          {/* By its name and not by an address of its own: lynx knows no formaction, and would save. */}
          <button type="submit" name="generate" value="yes">Generate</button>
          {" "}
          <span class="hint">
            some words, easy to say on the telephone; note them before you save,
            they are not shown again
          </span>
        </p>
      )}
      <Temporary {...props} />
      <Reason {...props} />
      <div class="actions">
        <button type="submit" class="primary">Save</button>{" "}
        <a
          class="button"
          href={withFrom(`/users/${user.id}/edit`, from)}
          data-close
        >
          Close
        </a>{" "}
        <a class="aside" href="/help" target="_blank" rel="noopener">Help</a>
      </div>
    </LiveForm>
  );
}

function Temporary(
  { temporary, temporaryHours, mustBeTemporary }: SetPasswordProps,
) {
  if (mustBeTemporary) {
    return (
      <p class="field">
        The password is temporary: the user has to replace it at the next
        sign-in; unused, it expires after {temporaryHours} hours.
      </p>
    );
  }
  return (
    <div class="field">
      <label class="check-line">
        <input
          type="checkbox"
          name="temporary"
          value="yes"
          checked={temporary}
          aria-describedby="temporary-hint"
        />
        Temporary
      </label>
      <p class="hint" id="temporary-hint">
        The user has to replace it at the next sign-in; unused, it expires after
        {" "}
        {temporaryHours} hours.
      </p>
    </div>
  );
}

const REASONS = [
  ["no_mailbox", "No access to the mailbox"],
  ["email_not_arriving", "Email not arriving and urgent"],
  ["other", "Other:"],
] as const;

function Reason({ reason, reasonText, errors }: SetPasswordProps) {
  return (
    <fieldset
      class="field"
      id="reason"
      aria-describedby={errors.reason ? "reason-error" : undefined}
    >
      <legend>Reason</legend>
      {/* lynx ticks the first one by itself; nobody else gets to see this one. */}
      <label class="check-line" hidden>
        <input
          type="radio"
          name="reason"
          value=""
          checked={reason === ""}
        />
        not chosen yet
      </label>
      {REASONS.map(([value, label]) => (
        <label class="check-line">
          <input
            type="radio"
            name="reason"
            value={value}
            checked={reason === value}
            required
          />
          {label}
        </label>
      ))}
      <input
        name="reasonText"
        type="text"
        value={reasonText}
        aria-label="Other reason"
        autocomplete="off"
      />
      <FieldError id="reason" error={errors.reason} />
    </fieldset>
  );
}
