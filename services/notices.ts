import type { Database } from "../db/client.ts";
import { insertMail } from "../db/mails.ts";
import type { ServiceContext } from "./context.ts";
import type { EndedAuthenticators } from "./ended_authenticators.ts";

/** Who did it, as the user is told: a role, never a name of staff. */
export type NoticeBy = "user" | "staff" | "reset_link";

/** Tells the user that the password was changed, in the transaction that does it (ASVS 6.3.7). */
export async function notifyOfPassword(
  tx: Database,
  { address }: Pick<ServiceContext, "address">,
  { userId, by, ended }: {
    userId: string;
    by: NoticeBy;
    /** What it ended beside the sessions, which is told too. */
    ended?: EndedAuthenticators;
  },
) {
  const { passkeys = 0, app, recoveryCodes, suspended } = ended ?? {};
  await insertMail(tx, {
    kind: "password_changed",
    userId,
    facts: {
      by,
      address,
      at: new Date().toISOString(),
      ...((passkeys > 0 || app || recoveryCodes) && { factors: "ended" }),
      ...(suspended && { factors: "suspended" }),
    },
  });
}

/** Tells the user that staff have settled what the user said was not oneself, and what became of the account. */
export async function notifyOfSettlement(
  tx: Database,
  { address }: Pick<ServiceContext, "address">,
  { userId, disabled }: { userId: string; disabled: boolean },
) {
  await insertMail(tx, {
    kind: "report_settled",
    userId,
    facts: {
      account: disabled ? "disabled" : "enabled",
      address,
      at: new Date().toISOString(),
    },
  });
}

export type SecondFactorNotice =
  | "totp_added"
  | "totp_removed"
  | "removed_by_staff"
  | "passkey_added"
  | "passkey_removed"
  | "authenticators_confirmed"
  | "recovery_codes_renewed"
  | "recovery_code_used";

/** Tells the user what became of the second factor (ASVS 6.3.7). */
export async function notifyOfSecondFactor(
  tx: Database,
  { address }: Pick<ServiceContext, "address">,
  { userId, what }: { userId: string; what: SecondFactorNotice },
) {
  await insertMail(tx, {
    kind: "second_factor_changed",
    userId,
    facts: { what, address, at: new Date().toISOString() },
  });
}
