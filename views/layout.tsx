import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { Actor } from "../services/context.ts";
import { CsrfField } from "./form.tsx";
import { usePage } from "./page.ts";
import { SessionWarning } from "./session_warning.tsx";

const HTMX_CONFIG = JSON.stringify({
  extensions: "hx-csp",
  includeIndicatorCSS: false,
  history: "reload",
  defaultTimeout: 20_000,
  defaultSettleDelay: 0,
});

/** The frame of every page: works by itself, scripts make it smoother. */
export function Layout(
  { title, children }: { title: string; children?: Child },
) {
  const { nonce, actor, asset } = usePage();
  return (
    <>
      {raw("<!DOCTYPE html>")}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="robots" content="noindex, nofollow" />
          <meta name="htmx-config" content={HTMX_CONFIG} />
          <title>{title} – Passdesk</title>
          <link rel="icon" href={asset("favicon.svg")} />
          <link rel="stylesheet" href={asset("app.css")} />
          <script src={asset("htmx.min.js")} nonce={nonce} defer></script>
          <script src={asset("hx-csp.min.js")} nonce={nonce} defer></script>
          <script src={asset("app.js")} nonce={nonce} defer></script>
        </head>
        <body>
          <a class="skip" href="#main">Skip to content</a>
          <Header />
          <div id="progress" aria-hidden="true"></div>
          <div id="trouble" role="alert"></div>
          <main id="main" tabindex={-1}>{children}</main>
          <SessionWarning />
          {actor && <dialog id="dialog" aria-label="Change password"></dialog>}
        </body>
      </html>
    </>
  );
}

function Header() {
  const { actor, asset } = usePage();
  return (
    <header class="bar">
      <a class="brand" href="/">
        <img src={asset("favicon.svg")} alt="" width={24} height={24} />
        Passdesk
      </a>{" "}
      {actor && !isHeld(actor) && <Menus />}
      {actor && (
        <form class="sign-out" method="post" action="/sign-out">
          <CsrfField />
          <button class="quiet" type="submit">Sign out</button>
        </form>
      )}
    </header>
  );
}

/** Has to do something first: nothing in the menus is open before. */
function isHeld({ mustChangePassword, mustConfirm, mustEnrol }: Actor) {
  return mustChangePassword || mustConfirm || mustEnrol;
}

function Menus() {
  const { permissions, username } = usePage().actor!;
  const staff = permissions.includes("user_management") ||
    permissions.includes("administration");
  const audit = permissions.includes("audit_log");
  const administration = permissions.includes("administration");
  return (
    <nav aria-label="Main">
      {(staff || audit) && (
        <Menu label="Account">
          {staff && <MenuLink href="/users">User Management</MenuLink>}
          {permissions.includes("user_management") && (
            <MenuLink href="/reports">Reports</MenuLink>
          )}
          {audit && <MenuLink href="/audit">Audit log</MenuLink>}
          {administration && <MenuLink href="/api-tokens">API tokens</MenuLink>}
          {administration && (
            <MenuLink href="/sessions">Sign everybody out</MenuLink>
          )}
          {administration && audit && (
            <MenuLink href="/webhooks">Webhooks</MenuLink>
          )}
          <MenuLink href="/help">Help</MenuLink>
        </Menu>
      )}
      <Menu label="User" note={username}>
        <MenuLink href="/account/password">Password/2FA</MenuLink>
        {!staff && !audit && <MenuLink href="/help">Help</MenuLink>}
      </Menu>
    </nav>
  );
}

/** Opens by itself, without a script; app.js closes it by Escape and by a click elsewhere. */
function Menu(
  { label, note, children }: { label: string; note?: string; children?: Child },
) {
  return (
    <details class="menu" name="menu">
      <summary>
        {label} {note && <span class="note">{note}</span>}
      </summary>
      <ul>{children}</ul>
    </details>
  );
}

function MenuLink({ href, children }: { href: string; children?: Child }) {
  const { path } = usePage();
  const here = path === href || path.startsWith(`${href}/`);
  return (
    <li>
      <a href={href} aria-current={here ? "page" : undefined}>{children}</a>
    </li>
  );
}
