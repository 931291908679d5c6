import { findApiToken, touchApiToken } from "../db/api_tokens.ts";
import { API_TOKEN_PREFIX } from "./api_tokens.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { ok, refuse, type Result } from "./result.ts";
import { requiresSecondFactor } from "./second_factor_rules.ts";
import { hashSecret, parseToken, sameText } from "./tokens.ts";

export type AuthenticateTokenFailure =
  | { reason: "invalid_token" } // unknown, wrong, revoked or expired: nobody is told which
  | { reason: "owner_disabled" }
  | { reason: "owner_must_change_password" }
  | { reason: "owner_must_confirm" }
  | { reason: "owner_must_enrol" };

/** Who the bearer of an API token is: its owner, with the token's scopes (ASVS 8.3.3). */
export async function authenticateApiToken(
  context: ServiceContext,
  text: string,
): Promise<Result<Actor, AuthenticateTokenFailure>> {
  const { db, settings, address } = context;
  const token = text.startsWith(API_TOKEN_PREFIX)
    ? parseToken(text.slice(API_TOKEN_PREFIX.length))
    : undefined;
  const found = token && await findApiToken(db, token.id);
  if (!found || !sameText(found.secretHash, hashSecret(token.secret))) {
    return refuse({ reason: "invalid_token" });
  }
  if (found.disabled) return refuse({ reason: "owner_disabled" });
  if (found.over) return refuse({ reason: "invalid_token" });
  if (found.temporary) return refuse({ reason: "owner_must_change_password" });
  if (found.suspended) return refuse({ reason: "owner_must_confirm" });
  if (!found.secondFactor && requiresSecondFactor(settings, found)) {
    return refuse({ reason: "owner_must_enrol" });
  }
  if (found.stale) await touchApiToken(db, { id: found.id, address });
  const { id, tokenName, scopes, expiresAt } = found;
  const { userId, name, username, email, permissions, secondFactor } = found;
  return ok({
    userId,
    sessionId: id,
    token: { id, name: tokenName, scopes, expiresAt },
    name,
    username,
    email,
    permissions,
    mustChangePassword: false,
    secondFactor,
    mustConfirm: false,
    mustEnrol: false,
  });
}
