import { renewSession } from "../db/sessions.ts";
import type { Actor, ServiceContext } from "./context.ts";
import {
  checkCurrentPassword,
  type CurrentPasswordFailure,
} from "./current_password.ts";
import { upgradeHash } from "./hash_upgrade.ts";
import { ok, refuse, type Result } from "./result.ts";
import { createToken, formatToken, hashSecret } from "./tokens.ts";

export type ReauthenticateFailure =
  | CurrentPasswordFailure
  | { reason: "session_ended" };

/** Who sits there proves it again (ASVS 7.5.1). The value is the session's new token (ASVS 7.2.4). */
export async function reauthenticate(
  context: ServiceContext,
  { actor, password }: { actor: Actor; password: string },
): Promise<Result<string, ReauthenticateFailure>> {
  const { sessionId } = actor;
  const checked = await checkCurrentPassword(context, { actor, password });
  if (!checked.ok) return checked;
  const { userId, hash: passwordHash } = checked.value;
  await upgradeHash(context, { userId, passwordHash }, password);
  const { secret } = createToken();
  const renewed = await renewSession(context.db, {
    id: sessionId,
    secretHash: hashSecret(secret),
  });
  return renewed
    ? ok(formatToken({ id: sessionId, secret }))
    : refuse({ reason: "session_ended" });
}
