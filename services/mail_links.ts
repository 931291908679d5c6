import type { DueMail } from "../db/mails.ts";
import { EMAIL_CHANGE_HOURS } from "../db/email_changes.ts";
import {
  insertMailLink,
  type LinkKey,
  type LinkPurpose,
} from "../db/mail_links.ts";
import type { Settings } from "./config.ts";
import type { Services } from "./context.ts";
import { createToken, formatToken, hashSecret, parseToken } from "./tokens.ts";

export interface MadeLink {
  id: string;
  userId: string;
  purpose: LinkPurpose;
  url: string;
  minutes: number;
}

interface LinkKind {
  purpose: LinkPurpose;
  path: string;
  minutes: (settings: Settings) => number;
}

export const NOT_ME_DAYS = 7;

const NOT_ME: LinkKind = {
  purpose: "not_me",
  path: "/not-me/",
  minutes: () => NOT_ME_DAYS * 24 * 60,
};

/** Which mails have a link, where it leads, and how long it lasts. */
const LINKS: Record<DueMail["kind"], LinkKind | null> = {
  password_reset: {
    purpose: "password_reset",
    path: "/password-resets/",
    minutes: (it) => it.RESET_LINK_MINUTES,
  },
  password_changed: NOT_ME,
  second_factor_changed: NOT_ME,
  new_device: NOT_ME,
  email_changed: NOT_ME,
  api_token_created: NOT_ME,
  report_settled: NOT_ME,
  api_token_ending: null,
  api_token_narrowed: null,
  email_confirmation: {
    purpose: "confirm_email",
    path: "/email-confirmation/",
    minutes: () => EMAIL_CHANGE_HOURS * 60,
  },
  email_change_announced: {
    purpose: "stop_email",
    path: "/email-stop/",
    minutes: () => EMAIL_CHANGE_HOURS * 60,
  },
};

/**
 * The link of a mail that is about to go out: made now, so that it lives from its sending on and no token
 * waits in the outbox. Null for a mail without one; "nobody" where none may be made.
 */
export async function createMailLink(
  { db, settings }: Services,
  { id: mailId, kind, userId, disabled }: Pick<
    DueMail,
    "id" | "kind" | "userId" | "disabled"
  >,
): Promise<MadeLink | "nobody" | null> {
  const made = LINKS[kind];
  if (userId === null) return "nobody";
  if (!made) return disabled ? "nobody" : null;
  const { purpose, path } = made;
  if (disabled && purpose === "password_reset") return "nobody";
  const token = createToken();
  const minutes = made.minutes(settings);
  await insertMailLink(db, {
    ...keyOf(token, purpose),
    userId,
    mailId,
    minutes,
  });
  const url = new URL(path + formatToken(token), settings.PUBLIC_URL).href;
  return { id: token.id, userId, purpose, url, minutes };
}

/** Undefined for what no link of ours can have held. */
export function parseLink(
  text: string | undefined,
  purpose: LinkPurpose,
): LinkKey | undefined {
  const token = parseToken(text);
  return token && keyOf(token, purpose);
}

function keyOf(
  { id, secret }: { id: string; secret: string },
  purpose: LinkPurpose,
): LinkKey {
  return { id, secretHash: hashSecret(secret), purpose };
}
