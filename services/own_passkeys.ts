import {
  deletePasskey,
  insertPasskey,
  listPasskeys,
  type PasskeyRow,
} from "../db/passkeys.ts";
import {
  listRecoveryCodes,
  replaceRecoveryCodes,
} from "../db/recovery_codes.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { cleanText, UNREADABLE } from "./clean_text.ts";
import { settleFactorChange, settleLostFactor } from "./factor_changes.ts";
import { lockOwnAccount, type OwnAccountFailure } from "./own_account.ts";
import { verifyEnrolment } from "./passkeys.ts";
import { createRecoveryCodes } from "./recovery_codes.ts";
import { ok, refuse, type Result } from "./result.ts";
import { inTransaction } from "./transaction.ts";

export type { PasskeyRow };

/** Longest name of a passkey, in code points. */
const PASSKEY_NAME_LIMIT = 60;
const MOST_PASSKEYS = 20;

export async function findOwnPasskeys(
  { db }: ServiceContext,
  { userId }: Actor,
): Promise<PasskeyRow[]> {
  return await listPasskeys(db, userId);
}

export type AddPasskeyFailure =
  | OwnAccountFailure
  | { reason: "not_verified" }
  | { reason: "too_many"; max: number };

/**
 * Adds a passkey; every other session ends. The value is a set of recovery codes, told once, where the user
 * had none yet: without the device they are the way in.
 */
export async function addPasskey(
  context: ServiceContext,
  { actor, response, name }: { actor: Actor; response: string; name: string },
): Promise<Result<string[] | null, AddPasskeyFailure>> {
  const { userId } = actor;
  const made = await verifyEnrolment(context, { userId, response });
  if (!made) return refuse({ reason: "not_verified" });
  const early = await inTransaction(
    context,
    (tx) => lockOwnAccount(tx, actor),
  );
  if (!early.ok) return early;
  const without = (await listRecoveryCodes(context.db, userId)).length === 0;
  const fresh = without ? await createRecoveryCodes(context.hasher) : null;

  return await inTransaction(context, async (tx) => {
    const own = await lockOwnAccount(tx, actor);
    if (!own.ok) return own;
    if ((await listPasskeys(tx, userId)).length >= MOST_PASSKEYS) {
      return refuse({ reason: "too_many", max: MOST_PASSKEYS });
    }
    const title = [...cleanText(name.slice(0, 8 * PASSKEY_NAME_LIMIT))]
      .slice(0, PASSKEY_NAME_LIMIT).join("");
    const added = await insertPasskey(tx, {
      ...made,
      name: title.replaceAll(new RegExp(UNREADABLE, "gu"), "") || "Passkey",
      address: context.address,
      userAgent: context.userAgent,
    });
    if (!added) return refuse({ reason: "not_verified" });
    if (fresh) {
      await replaceRecoveryCodes(tx, { userId, hashes: fresh.hashes });
    }
    await settleFactorChange(tx, context, {
      actor,
      event: "second_factor_added",
      factor: "passkey",
      what: "passkey_added",
    });
    return ok(fresh?.codes ?? null);
  });
}

/** Takes one away; with the last factor the recovery codes go too. */
export async function removePasskey(
  context: ServiceContext,
  { actor, id }: { actor: Actor; id: string },
): Promise<Result<void, OwnAccountFailure>> {
  const { userId } = actor;
  return await inTransaction(context, async (tx) => {
    const own = await lockOwnAccount(tx, actor);
    if (!own.ok) return own;
    if (!await deletePasskey(tx, { userId, id })) return ok(undefined);
    await settleLostFactor(tx, context, actor);
    await settleFactorChange(tx, context, {
      actor,
      event: "second_factor_removed",
      factor: "passkey",
      what: "passkey_removed",
    });
    return ok(undefined);
  });
}
