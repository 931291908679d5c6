import { v7 as uuidv7 } from "uuid";
import { hasHolder, lockPermissions } from "../db/permissions.ts";
import { PERMISSIONS } from "../db/schema.ts";
import {
  consumeSetupLink,
  isSetupLinkOpen,
  replaceSetupLink,
  SETUP_LINK_MINUTES,
} from "../db/setup_links.ts";
import type { ServiceContext, Services } from "./context.ts";
import { insertFirstAdministrator } from "./first_administrator.ts";
import { judgePassword } from "./password_judgement.ts";
import type { PolicyViolation } from "./password_policy.ts";
import { storePassword } from "./password_store.ts";
import { ok, refuse, type Result } from "./result.ts";
import { findTakenProblems } from "./taken_fields.ts";
import { inTransaction } from "./transaction.ts";
import { createToken, formatToken, hashSecret, parseToken } from "./tokens.ts";
import {
  checkUserFields,
  type FieldProblems,
  type UserInput,
} from "./user_fields.ts";

export { SETUP_LINK_MINUTES };

/** A one-time token while nobody holds `administration`; undefined as soon as somebody does. */
export async function offerSetup(
  { db }: Services,
): Promise<string | undefined> {
  if (await hasHolder(db, "administration")) return undefined;
  const token = createToken();
  await replaceSetupLink(db, {
    id: token.id,
    secretHash: hashSecret(token.secret),
  });
  return formatToken(token);
}

export async function isSetupOpen(
  { db }: ServiceContext,
  text: string | undefined,
): Promise<boolean> {
  const link = parseLink(text);
  return link !== undefined && await isSetupLinkOpen(db, link);
}

export type SetupFailure =
  | { reason: "link_over" }
  | { reason: "invalid"; problems: FieldProblems }
  | { reason: "policy"; violations: PolicyViolation[] };

/** What the first administrator holds from the start. */
export const FIRST = { secondFactor: false, permissions: [...PERMISSIONS] };

/** Creates the first administrator. The link is used up by success alone. */
export async function completeSetup(
  context: ServiceContext,
  { token, input, password }: {
    token: string | undefined;
    input: UserInput;
    password: string;
  },
): Promise<Result<void, SetupFailure>> {
  const { db, settings } = context;
  const link = parseLink(token);
  if (!link || !await isSetupLinkOpen(db, link)) {
    return refuse({ reason: "link_over" });
  }
  const { fields, problems } = checkUserFields(input, []);
  if (Object.keys(problems).length > 0) {
    return refuse({ reason: "invalid", problems });
  }
  const userId = uuidv7();
  const judged = await judgePassword(context, {
    known: { userId, hash: null, ...fields, ...FIRST },
    password,
  });
  if (!judged.ok) return judged;

  return await inTransaction(context, async (tx) => {
    await lockPermissions(tx);
    const taken = await findTakenProblems(tx, fields);
    if (taken) return refuse({ reason: "invalid", problems: taken });
    if (
      await hasHolder(tx, "administration") || !await consumeSetupLink(tx, link)
    ) return refuse({ reason: "link_over" });

    const by = { actorId: userId };
    await insertFirstAdministrator(tx, context, { userId, fields, by });
    await storePassword(tx, context, judged.value, {
      change: "reset_by_printed_link",
      userId,
      setBy: userId,
      keep: settings.PASSWORD_HISTORY,
    });
    return ok(undefined);
  });
}

function parseLink(text: string | undefined) {
  const token = parseToken(text);
  return token && { id: token.id, secretHash: hashSecret(token.secret) };
}
