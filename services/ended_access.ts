import { revokeApiTokens } from "../db/api_tokens.ts";
import type { Database } from "../db/client.ts";
import { deleteDevices } from "../db/devices.ts";
import { endMailLinks } from "../db/mail_links.ts";
import { findPassword } from "../db/passwords.ts";
import { deleteSessionsOf } from "../db/sessions.ts";
import { deleteUnconfirmedTotp } from "../db/totps.ts";
import {
  endAuthenticators,
  type EndedAuthenticators,
} from "./ended_authenticators.ts";
import { withdrawEmailChange } from "./email_withdrawal.ts";

/**
 * What becomes of one kind of access. What isn't named stays. "Recent" is what was made since somebody else may
 * know the password (`passwords.known_to_others_since`); "unkept" is what is recent and which the user doesn't
 * name as the own.
 */
export interface Fates {
  sessions?: "end" | "others_end";
  api_tokens?: "end";
  reset_links?: "end";
  notice_links?: "end";
  /** Passkeys and the authenticator app. */
  authenticators?:
    | "end"
    | "suspend"
    | "unkept_end"
    | "unkept_end_or_suspend" // the last are suspended
    | "unkept_end_or_unasked"; // as well, and what is suspended is not asked for
  recovery_codes?: "end" | "unkept_end" | "end_with_last";
  /** An app that was begun and never confirmed. */
  unconfirmed_app?: "end";
  pending_email?: "end" | "recent_end";
  known_devices?: "end" | "recent_end";
}

/**
 * Which change of an account ends which access to it: docs/access.md has the same table in words, and a test
 * compares the two.
 */
export const ENDED_ACCESS = {
  own_change: {
    sessions: "end",
    api_tokens: "end",
    reset_links: "end",
    authenticators: "unkept_end",
    recovery_codes: "unkept_end",
    unconfirmed_app: "end",
    pending_email: "recent_end",
    known_devices: "recent_end",
  },
  forced_change: {
    sessions: "end",
    api_tokens: "end",
    reset_links: "end",
    authenticators: "unkept_end",
    recovery_codes: "unkept_end",
    unconfirmed_app: "end",
    pending_email: "recent_end",
    known_devices: "recent_end",
  },
  reset_by_link: {
    sessions: "end",
    api_tokens: "end",
    reset_links: "end",
    authenticators: "unkept_end_or_suspend",
    recovery_codes: "unkept_end",
    unconfirmed_app: "end",
    pending_email: "recent_end",
    known_devices: "recent_end",
  },
  reset_by_printed_link: {
    sessions: "end",
    api_tokens: "end",
    reset_links: "end",
    authenticators: "unkept_end_or_unasked",
    recovery_codes: "unkept_end",
    unconfirmed_app: "end",
    pending_email: "recent_end",
    known_devices: "recent_end",
  },
  set_by_others: {
    sessions: "end",
    api_tokens: "end",
    reset_links: "end",
    unconfirmed_app: "end",
  },
  new_password_required: { sessions: "end", api_tokens: "end" },
  disabled: { sessions: "end", api_tokens: "end", reset_links: "end" },
  enabled: {},
  frozen: {
    sessions: "end",
    api_tokens: "end",
    reset_links: "end",
    notice_links: "end",
    authenticators: "suspend",
    recovery_codes: "end",
    unconfirmed_app: "end",
    pending_email: "end",
    known_devices: "end",
  },
  authenticators_confirmed: {
    sessions: "others_end",
    authenticators: "unkept_end",
    recovery_codes: "end",
  },
  factor_added: { sessions: "others_end" },
  factor_removed: { sessions: "others_end", recovery_codes: "end_with_last" },
  factor_removed_by_staff: {
    sessions: "end",
    api_tokens: "end",
    authenticators: "end",
    recovery_codes: "end",
    unconfirmed_app: "end",
  },
  permission_gained: {
    sessions: "end",
    authenticators: "suspend",
    unconfirmed_app: "end",
    pending_email: "end",
  },
  permission_taken: {},
  email_changed: { reset_links: "end" },
} as const satisfies Record<string, Fates>;

export type Change = keyof typeof ENDED_ACCESS;

/** What an event tells of it; nothing of what there was none of, but for sessions. */
export interface EndedAccess extends EndedAuthenticators {
  sessions: number;
  tokens?: number;
}

interface Given {
  change: Change;
  /** The session that acts, which "others_end" leaves. */
  keepSession?: string | undefined;
  /** The keys of those authenticators that the user names as the own (db/authenticators.ts). */
  kept?: readonly string[] | undefined;
}

/**
 * The one place where access ends because an account has changed, in the transaction of that change and with the
 * user locked; where a password is set, before it is stored.
 */
export async function endAccess(
  tx: Database,
  { userId, ...given }: Given & { userId: string },
): Promise<EndedAccess> {
  return (await endAccessOf(tx, { userIds: [userId], ...given }))(userId);
}

/** As `endAccess`, of many at once. Gives what was ended of each. */
export async function endAccessOf(
  tx: Database,
  { userIds, ...given }: Given & { userIds: string[] },
): Promise<(userId: string) => EndedAccess> {
  const { sessions: fate, api_tokens, ...others }: Fates =
    ENDED_ACCESS[given.change];
  const keep = fate === "others_end" ? given.keepSession : undefined;
  const sessions = counts(
    fate ? await deleteSessionsOf(tx, { userIds, keep }) : [],
  );
  const tokens = counts(
    api_tokens ? await revokeApiTokens(tx, { ownerIds: userIds }) : [],
  );
  const ended = new Map<string, EndedAuthenticators>();
  if (Object.keys(others).length > 0) {
    for (const userId of userIds) {
      ended.set(userId, await endOthers(tx, { userId, fates: others, given }));
    }
  }
  return (userId) => ({
    sessions: sessions.get(userId) ?? 0,
    ...(tokens.has(userId) && { tokens: tokens.get(userId)! }),
    ...ended.get(userId),
  });
}

async function endOthers(
  tx: Database,
  { userId, fates, given }: { userId: string; fates: Fates; given: Given },
): Promise<EndedAuthenticators> {
  const { change, kept = [] } = given;
  if (fates.reset_links) {
    await endMailLinks(tx, { userId, purpose: "password_reset" });
  }
  if (fates.notice_links) {
    await endMailLinks(tx, { userId, purpose: "not_me" });
  }
  if (fates.unconfirmed_app) await deleteUnconfirmedTotp(tx, userId);
  const since = (await findPassword(tx, userId))?.knownToOthersSince;
  const reach = { end: {}, recent_end: since && { since } };
  const email = fates.pending_email && reach[fates.pending_email];
  if (email) await withdrawEmailChange(tx, { userId, ...email });
  const devices = fates.known_devices && reach[fates.known_devices];
  if (devices) await deleteDevices(tx, { userId, ...devices });
  return await endAuthenticators(tx, { userId, change, fates, kept });
}

function counts(ids: string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const id of ids) found.set(id, (found.get(id) ?? 0) + 1);
  return found;
}
