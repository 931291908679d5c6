import type { ApiTokenRow, Scope } from "../services/api_tokens.ts";
import {
  ErrorSummary,
  Field,
  FieldError,
  LiveForm,
  Notice,
  RestoredNotice,
} from "./form.tsx";
import { Layout } from "./layout.tsx";
import { Stored, Time } from "./parts.tsx";

/** What each scope lets a program do, as far as its owner may. */
const SCOPE_LABELS: Record<Scope, string> = {
  "users:read": "find users and read their details, sessions and jobs; export",
  "users:write":
    "create, change, disable and enable users; import; but neither change the email address of a holder of a permission, nor enable one",
  "permissions:write":
    "set permissions; with the other scopes, also change the email address and the password of a holder of a permission, or enable one",
  "passwords:set":
    "set passwords, send reset links, remove second factors, require new passwords; but neither set a password nor remove the factors of a holder of a permission",
  "sessions:end": "end users' sessions",
  "audit:read": "read the audit log",
  "tokens:manage": "list, make and revoke API tokens",
};

export interface ApiTokensProps {
  tokens: ApiTokenRow[];
  next?: string | undefined;
  /** Just made: the only time that it is shown. */
  made?: { id: string; token: string } | undefined;
  notice?: string | undefined;
  refusal?: string | undefined;
}

export function ApiTokensPage(props: ApiTokensProps) {
  return (
    <Layout title="API tokens">
      <ApiTokens {...props} />
    </Layout>
  );
}

/** Fragment: replaces itself. */
export function ApiTokens(
  { tokens, next, made, notice, refusal }: ApiTokensProps,
) {
  return (
    <article id="api-tokens">
      <div class="title">
        <h1>API tokens</h1>
        <a class="button primary" href="/api-tokens/new">New token</a>
      </div>
      {notice && <Notice>{notice}</Notice>}
      {refusal && <Notice kind="bad">{refusal}</Notice>}
      {made && (
        <Notice>
          <p>
            The token is made. Copy it now: it is not shown again. Keep it where
            only the program can read it.
          </p>
          <p>
            <code class="key" hx-ignore>{made.token}</code>
          </p>
        </Notice>
      )}
      <p>
        Programs sign in with a token. It does what its owner may, and of that
        what its scopes name; it ends with a new password of its owner, or when
        the owner is disabled. <a href="/api/docs">What programs can do</a>
      </p>
      {tokens.length === 0
        ? <p class="empty">There is no token that can be used.</p>
        : <TokenTable tokens={tokens} />}
      {next && (
        <p>
          <a href={`/api-tokens?${new URLSearchParams({ before: next })}`}>
            Older tokens
          </a>
        </p>
      )}
    </article>
  );
}

function TokenTable({ tokens }: { tokens: ApiTokenRow[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Owner</th>
          <th scope="col">Scopes</th>
          <th scope="col">Made, ends</th>
          <th scope="col">Last used</th>
          <th scope="col">
            <span class="visually-hidden">Revoke</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {tokens.map((it) => (
          <tr>
            <td data-label="Name">
              <Stored text={it.name} />{" "}
              <span class="note">{`passdesk_…${it.id.slice(-6)}`}</span>
            </td>
            <td data-label="Owner">
              <a href={`/users/${it.ownerId}`}>
                <Stored text={it.ownerName} />
              </a>
            </td>
            <td data-label="Scopes">{it.scopes.join(", ")}</td>
            <td data-label="Made, ends">
              <Time at={it.createdAt} />{" "}
              <span class="note">
                ends <Time at={it.expiresAt} />
              </span>
            </td>
            <td data-label="Last used">
              <Time at={it.lastUsedAt} />{" "}
              {it.lastUsedAddress && (
                <span class="note">from {it.lastUsedAddress}</span>
              )}
            </td>
            <td>
              <LiveForm
                action={`/api-tokens/${it.id}/revocation`}
                target="#api-tokens"
                stay
              >
                <button type="submit" aria-label={`Revoke ${it.name}`}>
                  Revoke
                </button>
              </LiveForm>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export interface NewApiTokenProps {
  name: string;
  days: string;
  formId: string;
  scopes: Scope[];
  mostDays: number;
  errors: Record<string, string>;
  refusal?: string | undefined;
  /** It is too long ago that the password was given. */
  check?: boolean | undefined;
}

export function NewApiTokenPage(props: NewApiTokenProps) {
  return (
    <Layout title="New API token">
      <NewApiTokenForm {...props} />
    </Layout>
  );
}

const LABELS = { name: "Name", scopes: "Scopes", days: "Days" };

/** Fragment: replaces itself, and is replaced by the list once the token is made. */
export function NewApiTokenForm(
  { name, days, formId, scopes, mostDays, errors, refusal, check }:
    NewApiTokenProps,
) {
  return (
    <article id="api-tokens">
      <h1>New API token</h1>
      <LiveForm action="/api-tokens/new" target="#api-tokens">
        <input type="hidden" name="formId" value={formId} />
        <RestoredNotice />
        <ErrorSummary errors={errors} labels={LABELS} />
        {refusal && <Notice kind="bad">{refusal}</Notice>}
        {check && (
          <Notice kind="bad">
            Nothing was made. It is a while ago that you gave your password:
            {" "}
            <a href="/account/check?next=/api-tokens/new">
              confirm that it is you
            </a>
            , then make the token.
          </Notice>
        )}
        <fieldset class="card">
          <legend>Token</legend>
          <Field
            name="name"
            label="Name"
            hint="What it is for, such as “nightly sync”"
            value={name}
            error={errors.name}
            required
          />
          <Field
            name="days"
            label="Days"
            hint={`After so many it ends, ${mostDays} at most; a mail reminds you two weeks before`}
            value={days}
            error={errors.days}
            required
          />
        </fieldset>
        <fieldset class="card" id="scopes">
          <legend>Scopes</legend>
          <FieldError id="scopes" error={errors.scopes} />
          {(Object.keys(SCOPE_LABELS) as Scope[]).map((it) => (
            <div class="field">
              <label class="check-line">
                <input
                  type="checkbox"
                  name={it}
                  value="yes"
                  checked={scopes.includes(it)}
                  aria-describedby={`${it.replace(":", "-")}-hint`}
                />
                {it}
              </label>
              <p class="hint" id={`${it.replace(":", "-")}-hint`}>
                {SCOPE_LABELS[it]}
              </p>
            </div>
          ))}
        </fieldset>
        <div class="actions">
          <button type="submit" class="primary">Make the token</button>{" "}
          <a class="button" href="/api-tokens">Close</a>
        </div>
      </LiveForm>
    </article>
  );
}
