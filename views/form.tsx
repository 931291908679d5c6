import type { Child } from "hono/jsx";
import { usePage } from "./page.ts";

/** Keeps browsers from correcting, and from sending what is typed to a spelling service. */
export const AS_TYPED: Record<string, string> = {
  spellcheck: "false",
  autocapitalize: "off",
};

export const CSRF_FIELD = "csrf";

/** In every form. */
export function CsrfField() {
  return <input type="hidden" name={CSRF_FIELD} value={usePage().csrf()} />;
}

/**
 * A form that works by itself, and that htmx sends without leaving the page: one at a time, its buttons
 * off meanwhile. What comes back takes the place of `target`.
 */
export function LiveForm(
  { action, target, id, stay = false, children }: {
    action: string;
    target: string;
    id?: string;
    /** Don't scroll to the top of what comes back. */
    stay?: boolean;
    children?: Child;
  },
) {
  return (
    <form
      id={id}
      method="post"
      action={action}
      hx-post={action}
      hx-target={target}
      hx-swap={stay ? "outerHTML" : "outerHTML show:top"}
      hx-sync="this:drop"
      hx-disable="find button"
      hx-indicator="#progress"
      hx-nonce={usePage().nonce}
      autocomplete="off"
      novalidate
    >
      <CsrfField />
      {children}
    </form>
  );
}

export interface FieldProps {
  name: string;
  label: string;
  type?: string | undefined;
  autocomplete?: string;
  value?: string | undefined;
  hint?: string | undefined;
  error?: string | undefined;
  required?: boolean | undefined;
  readonly?: boolean | undefined;
  autofocus?: boolean | undefined;
  maxlength?: number;
  children?: Child;
}

/** One labelled input with its hint and error: the only place that knows the accessible wiring. */
export function Field(
  {
    name,
    label,
    type = "text",
    autocomplete = "off",
    value,
    hint,
    error,
    required,
    readonly,
    autofocus,
    children,
  }: FieldProps,
) {
  const id = fieldId(name);
  return (
    <div class="field">
      <label for={id}>
        {label}
        {!required && (
          <>
            {" "}
            <span class="optional">optional</span>
          </>
        )}
      </label>
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      <input
        id={id}
        name={name}
        type={type}
        value={value}
        autocomplete={autocomplete}
        {...AS_TYPED}
        required={required}
        readonly={readonly}
        autofocus={autofocus}
        {...describedBy(id, { hint, error })}
      />
      <FieldError id={id} error={error} />
      {children}
    </div>
  );
}

/** Says of a form that it holds what was typed before the session ended. Takes the focus, as an error does. */
export function RestoredNotice() {
  if (!usePage().restored) return null;
  return (
    <div class="notice plain" role="status" tabindex={-1} autofocus data-focus>
      <p>
        <strong>Your session had ended.</strong>{" "}
        Nothing was saved yet. Check the form and send it again; passwords are
        not kept.
      </p>
    </div>
  );
}

/** What is wrong with a field and what to do, beside it. */
export function FieldError(
  { id, error }: { id: string; error: string | undefined },
) {
  return error ? <p class="error" id={`${id}-error`}>{error}</p> : null;
}

export function describedBy(
  id: string,
  { hint, error, more }: {
    hint?: string | undefined;
    error?: string | undefined;
    more?: string;
  },
) {
  const ids = [more, hint && `${id}-hint`, error && `${id}-error`]
    .filter((it) => it);
  return {
    ...(ids.length > 0 && { "aria-describedby": ids.join(" ") }),
    ...(error && { "aria-invalid": "true" as const }),
  };
}

export function fieldId(name: string) {
  return name.replaceAll(".", "-");
}

/** Says at the top of a form that something below needs a look; takes the focus in app.js. */
export function ErrorSummary(
  { errors, labels = {} }: {
    errors: Record<string, string | undefined>;
    labels?: Record<string, string>;
  },
) {
  const wrong = Object.entries(errors).filter(([, error]) => error);
  if (wrong.length === 0) return null;
  return (
    <div class="notice bad" role="alert" tabindex={-1} data-focus>
      <p>Nothing was saved. Please look at:</p>
      <ul>
        {wrong.map(([name, error]) => (
          <li>
            <a href={`#${fieldId(name)}`}>{labels[name] ?? name}</a>: {error}
          </li>
        ))}
      </ul>
    </div>
  );
}

export function Notice(
  { kind = "good", children }: {
    kind?: "good" | "bad" | "plain";
    children?: Child;
  },
) {
  return (
    <div
      class={`notice ${kind}`}
      role={kind === "bad" ? "alert" : "status"}
      tabindex={-1}
      {...(kind !== "plain" && { "data-focus": "" })}
    >
      {children}
    </div>
  );
}
