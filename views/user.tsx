import type { Child } from "hono/jsx";
import type { AttributeSetting } from "../services/config.ts";
import type { UserView } from "../services/users.ts";
import { AuditTable } from "./audit_table.tsx";
import { Notice } from "./form.tsx";
import { Layout } from "./layout.tsx";
import { usePage } from "./page.ts";
import { searchPath, StateBadges, Stored, Time, withFrom } from "./parts.tsx";
import { PERMISSION_LABELS, refusalText } from "./refusals.ts";

export interface UserProps extends UserView {
  from: string;
  attributes: readonly AttributeSetting[];
  /** What has just been done. */
  notice?: string | undefined;
}

export function UserPage(props: UserProps) {
  return (
    <Layout title={props.user.name}>
      <UserDetails {...props} />
    </Layout>
  );
}

/** Fragment: the user as staff see it; *Edit* opens the form in its place. */
export function UserDetails(props: UserProps) {
  const { user, from, notice, recent } = props;
  return (
    <article id="user">
      {notice && <Notice>{notice}</Notice>}
      <div class="title">
        <h1>
          <Stored text={user.name} />
        </h1>
        <StateBadges
          temporary={user.temporary}
          disabled={user.disabledAt !== null}
          staff={user.permissions.length > 0}
        />
        <Actions {...props} />
      </div>
      <div class="cards">
        <Profile {...props} />
        <PasswordFacts {...props} />
        <Access {...props} />
      </div>
      <section aria-labelledby="recent">
        <h2 id="recent">Recent events</h2>
        {recent.length === 0
          ? <p class="none">Nothing has happened yet.</p>
          : <AuditTable events={recent} />}
      </section>
      <p>
        <a class="button" href={searchPath(from, user.id)}>Close</a>
      </p>
    </article>
  );
}

function Actions({ user, from, refusals }: UserProps) {
  const { nonce, actor } = usePage();
  const edit = withFrom(`/users/${user.id}/edit`, from);
  if (!actor?.permissions.includes("user_management")) return null;
  if (refusals.edit) {
    return <p class="hint">{refusalText(refusals.edit)}</p>;
  }
  return (
    <div class="actions">
      <a
        class="button primary"
        href={edit}
        hx-get={edit}
        hx-target="#user"
        hx-swap="outerHTML show:top"
        hx-push-url="true"
        hx-indicator="#progress"
        hx-nonce={nonce}
      >
        Edit
      </a>{" "}
      <a class="button" href={withFrom(`/users/${user.id}/disablement`, from)}>
        {user.disabledAt ? "Enable" : "Disable"}
      </a>
    </div>
  );
}

function Profile({ user, attributes }: UserProps) {
  return (
    <Card id="attributes" title="Attributes">
      <Fact label="Name">
        <Stored text={user.name} />
      </Fact>
      <Fact label="Username">
        <Stored text={user.username} />
      </Fact>
      <Fact label="Email">
        <Stored text={user.email} />
        {user.pendingEmail && (
          <span class="note">
            {" "}
            <Stored text={user.pendingEmail} /> waits for its confirmation
          </span>
        )}
      </Fact>
      {attributes.map(({ name, label }) => (
        <Fact label={label}>
          <Stored text={user.attributes[name] ?? null} />
        </Fact>
      ))}
      {user.externalId && (
        <Fact label="External id">
          <Stored text={user.externalId} />
        </Fact>
      )}
    </Card>
  );
}

function PasswordFacts({ user }: UserProps) {
  const { passwordSetAt, temporary, passwordExpiresAt } = user;
  const expired = passwordExpiresAt !== null && passwordExpiresAt < new Date();
  return (
    <Card id="password" title="Password">
      <Fact label="Set">
        {passwordSetAt
          ? <Time at={passwordSetAt} />
          : "never: nobody can sign in"}
      </Fact>
      <Fact label="Set by">
        <SetBy user={user} />
      </Fact>
      <Fact label="Temporary">
        {!temporary ? "no" : (
          <>
            yes, {expired ? "expired" : "until"} <Time at={passwordExpiresAt} />
          </>
        )}
      </Fact>
      <Fact label="Last sign-in">
        <Time at={user.lastSignInAt} />
      </Fact>
    </Card>
  );
}

function SetBy({ user }: Pick<UserProps, "user">) {
  if (!user.passwordSetBy) return <>{user.passwordSetAt ? "import" : "–"}</>;
  if (user.passwordSetBy === user.id) return <>the user</>;
  return <Stored text={user.passwordSetByName} />;
}

function Access({ user, from, refusals }: UserProps) {
  const { actor } = usePage();
  const sessions = withFrom(`/users/${user.id}/sessions`, from);
  const permissions = withFrom(`/users/${user.id}/permissions`, from);
  const held = user.permissions.map((it) => PERMISSION_LABELS[it]).join(", ");
  return (
    <Card id="access" title="Access">
      <Fact label="Open sessions">
        {user.openSessions} {actor?.permissions.includes("user_management") &&
          <a href={sessions}>Show sessions</a>}
      </Fact>
      {actor?.permissions.includes("user_management") && (
        <Fact label="Mails">
          <a href={withFrom(`/users/${user.id}/mails`, from)}>Show mails</a>
        </Fact>
      )}
      <Fact label="Second factor">
        {user.suspended
          ? "suspended until the user has confirmed it"
          : user.secondFactor
          ? "yes"
          : "none"}{" "}
        {(user.secondFactor || user.suspended) && !refusals.edit && (
          <a href={withFrom(`/users/${user.id}/second-factor`, from)}>
            Remove
          </a>
        )}
      </Fact>
      <Fact label="Permissions">
        {held || "none"}{" "}
        {!refusals.permissions && <a href={permissions}>Change permissions</a>}
      </Fact>
      <Fact label="Created">
        <Time at={user.createdAt} />
      </Fact>
      {user.disabledAt && (
        <Fact label="Disabled">
          <Time at={user.disabledAt} />
        </Fact>
      )}
    </Card>
  );
}

function Card(
  { id, title, children }: { id: string; title: string; children?: Child },
) {
  return (
    <section class="card" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      <dl>{children}</dl>
    </section>
  );
}

function Fact({ label, children }: { label: string; children?: Child }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
