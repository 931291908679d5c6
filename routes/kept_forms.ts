import type { Context } from "hono";
import { randomBytes } from "node:crypto";
import { SCOPES } from "../services/api_tokens.ts";
import {
  keepForm,
  KEPT_MINUTES,
  keptFormPath,
  takeForm,
} from "../services/kept_forms.ts";
import { readCookie, writeCookie } from "./cookies.ts";
import type { AppEnv } from "./env.ts";
import { UUID } from "./paths.ts";

const USER = ["name", "username", "email", "attributes."];

/**
 * The forms that somebody types into, with the fields that are kept when the session has ended; a name with a dot
 * stands for all that begin so. Page and form share a path. What is not named is not kept: a password, a code or
 * a token never is.
 */
const FORMS: [path: string, fields: string[]][] = [
  ["/users/new", USER],
  [`/users/ID/edit`, ["version", "from", ...USER]],
  [`/users/ID/password`, [
    "from",
    "formId",
    "seenSetAt",
    "temporary",
    "reason",
    "reasonText",
  ]],
  [`/users/ID/second-factor`, ["from", "reason"]],
  [`/users/ID/permissions`, [
    "from",
    "seen",
    "user_management",
    "audit_log",
    "administration",
  ]],
  ["/api-tokens/new", ["name", "days", "formId", ...SCOPES]],
  ["/webhooks/new", ["url", "events."]],
  ["/webhooks/ID/edit", ["url", "events."]],
];

const KEPT = FORMS.map(([path, fields]) => ({
  path: new RegExp(`^${path.replace("ID", UUID)}$`),
  fields,
}));

/**
 * Keeps the form that was sent, for its user. False where it is not kept. Only for a form that is known
 * to be this user's: what another site sends must never be filled into a form of ours.
 */
export async function keepSentForm(
  c: Context<AppEnv>,
  { userId }: { userId: string },
): Promise<boolean> {
  const { path } = c.req;
  const fields = fieldsToKeep(path, c.var.form);
  if (!fields) return false;
  const browser = readBrowser(c) ?? randomBytes(32).toString("base64url");
  if (!await keepForm(c.var.services, { userId, browser, path, fields })) {
    return false;
  }
  writeCookie(c, "kept", browser, KEPT_MINUTES * 60);
  return true;
}

/** The fields of a form that may be kept; undefined for a form that is not. */
export function fieldsToKeep(
  path: string,
  form: URLSearchParams,
): URLSearchParams | undefined {
  const kept = KEPT.find((it) => it.path.test(path));
  return kept && new URLSearchParams(
    [...form].filter(([name]) =>
      kept.fields.some((it) =>
        it.endsWith(".") ? name.startsWith(it) : name === it
      )
    ),
  );
}

/** Gives back what was kept of the form that is asked for, once: from now on these are the fields of the request. */
export async function restoreForm(c: Context<AppEnv>): Promise<boolean> {
  const browser = readBrowser(c);
  if (!browser || c.req.method !== "GET") return false;
  const { actor, services } = c.var;
  const fields = await takeForm(services, { actor, browser, path: c.req.path });
  if (!fields) return false;
  c.set("form", fields);
  c.set("restored", true);
  return true;
}

/** The page with a form that is kept for whoever asks. */
export async function pathOfKeptForm(
  c: Context<AppEnv>,
): Promise<string | null> {
  const browser = readBrowser(c);
  const { actor, services } = c.var;
  return browser ? await keptFormPath(services, { actor, browser }) : null;
}

function readBrowser(c: Context<AppEnv>): string | undefined {
  const browser = readCookie(c, "kept");
  return browser && /^[\w-]{43}$/.test(browser) ? browser : undefined;
}
