import {
  findKeptPath,
  KEPT_MINUTES,
  takeKeptForm,
  upsertKeptForm,
} from "../db/kept_forms.ts";
import { countAttempt } from "../db/rate_limits.ts";
import { rateAddress } from "./address.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { hashSecret } from "./tokens.ts";

export { KEPT_MINUTES };

/** Forms from one address that are kept in that time: more than a room full of people sends. */
const KEPT_PER_ADDRESS = 100;

/**
 * Keeps what somebody has typed into a form whose session had ended, sealed, for `KEPT_MINUTES`. It is given back
 * once, in the same browser, to the same user. Whose form it was has to be proven before, and secrets be left out.
 * False where too many came from the address.
 */
export async function keepForm(
  { db, secrets, address }: ServiceContext,
  { userId, browser, path, fields }: {
    userId: string;
    /** The secret by which the browser gets it back. */
    browser: string;
    /** Of the page with the form. */
    path: string;
    fields: URLSearchParams;
  },
): Promise<boolean> {
  const exceeded = await countAttempt(db, {
    limits: [{
      key: `kept_forms:${rateAddress(address)}`,
      limit: KEPT_PER_ADDRESS,
    }],
    windowSeconds: KEPT_MINUTES * 60,
  });
  if (exceeded) return false;
  await upsertKeptForm(db, {
    userId,
    browserHash: hashSecret(browser),
    path,
    fields: secrets.seal(fields.toString(), owner(userId, path)),
  });
  return true;
}

/** What was kept of the form at this path; undefined where nothing was. */
export async function takeForm(
  { db, secrets }: ServiceContext,
  { actor: { userId }, browser, path }: {
    actor: Actor;
    browser: string;
    path: string;
  },
): Promise<URLSearchParams | undefined> {
  const browserHash = hashSecret(browser);
  const sealed = await takeKeptForm(db, { userId, browserHash, path });
  const fields = sealed && secrets.open(sealed, owner(userId, path));
  return fields ? new URLSearchParams(fields) : undefined;
}

/** Where somebody has a form that is kept, the last one first; null where there is none. */
export async function keptFormPath(
  { db }: ServiceContext,
  { actor: { userId }, browser }: { actor: Actor; browser: string },
): Promise<string | null> {
  return await findKeptPath(db, { userId, browserHash: hashSecret(browser) });
}

function owner(userId: string, path: string) {
  return `kept form of ${userId} at ${path}`;
}
