import type { Database } from "../db/client.ts";
import { rememberPassword, upsertPassword } from "../db/passwords.ts";
import { forgetAttempts } from "../db/rate_limits.ts";
import { listIdentifiers } from "../db/users.ts";
import {
  accountAttemptPrefix,
  identifierHash,
  ownAttemptKey,
} from "./attempts.ts";
import type { ServiceContext } from "./context.ts";
import { endAccess, type EndedAccess } from "./ended_access.ts";
import type { NewHash } from "./password_judgement.ts";

/** How a password comes to be, by which of its rows `ENDED_ACCESS` decides. */
export type PasswordChange =
  | "own_change"
  | "forced_change"
  | "reset_by_link"
  | "reset_by_printed_link"
  | "set_by_others";

/**
 * Whether somebody else may know it from then on. Whoever types the current password, a temporary one too, may
 * be the one who set it; a link goes to the user's own mailbox.
 */
const KNOWN_TO_OTHERS = {
  own_change: "as_before",
  forced_change: "as_before",
  reset_by_link: "no",
  reset_by_printed_link: "no",
  set_by_others: "from_now_on",
} as const satisfies Record<PasswordChange, string>;

/** Stores a judged password with all that follows from it. Tells what access it ended. */
export async function storePassword(
  tx: Database,
  context: Pick<ServiceContext, "secrets">,
  { hash, history }: NewHash,
  { change, userId, setBy, temporaryHours, formId = null, keep, kept }: {
    change: PasswordChange;
    userId: string;
    setBy: string | null;
    temporaryHours?: number | undefined;
    formId?: string | null;
    /** Entries of the history. */
    keep: number;
    /** The keys of the authenticators that the user names as the own. */
    kept?: readonly string[] | undefined;
  },
): Promise<EndedAccess> {
  const ended = await endAccess(tx, { change, userId, kept });
  await upsertPassword(tx, {
    userId,
    hash,
    setBy,
    temporaryHours,
    formId,
    sessionsEnded: ended.sessions,
    knownToOthers: KNOWN_TO_OTHERS[change],
  });
  if (history) {
    await rememberPassword(tx, { userId, keep, ...history });
  }
  const names = (await listIdentifiers(tx, userId)).map((it) =>
    identifierHash(context, it)
  );
  for (const it of [...names, userId]) { // in the order in which an attempt locks them
    await forgetAttempts(tx, { prefix: accountAttemptPrefix(it) });
  }
  await forgetAttempts(tx, { keys: [ownAttemptKey(userId)] });
  return ended;
}
