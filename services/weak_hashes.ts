import { v7 as uuidv7 } from "uuid";
import { deleteWeakHashes } from "../db/passwords.ts";
import { recordAudit } from "./audit.ts";
import { hashParameters } from "./config.ts";
import type { Services } from "./context.ts";

/**
 * Hashes that came from elsewhere, and that nobody has signed in with for `FOREIGN_HASH_DAYS`, would stay as weak as
 * they came for ever (ASVS 11.4.2). They are deleted, and their users need a reset.
 */
export async function dropWeakHashes({ db, settings }: Services) {
  const { FOREIGN_HASH_DAYS: days } = settings;
  await db.transaction(async (tx) => {
    const users = await deleteWeakHashes(tx, {
      days,
      today: hashParameters(settings),
    });
    if (users === 0) return;
    await recordAudit(tx, { requestId: uuidv7(), address: "none" }, {
      event: "authn_password_lapsed",
      detail: { users, days },
    });
  });
}
