import {
  type ApiTokenRow,
  countApiTokens,
  insertApiToken,
  listApiTokens,
  revokeApiToken,
  takeEndingApiTokens,
} from "../db/api_tokens.ts";
import type { Database } from "../db/client.ts";
import { insertMail } from "../db/mails.ts";
import { type Scope, SCOPES } from "../db/schema_programs.ts";
import { type Acting, recordAudit } from "./audit.ts";
import { authorizeActor, type Forbidden } from "./authorization.ts";
import type { Actor, ServiceContext, Services } from "./context.ts";
import { lockOwnAccount, type OwnAccountFailure } from "./own_account.ts";
import { ok, refuse, type Result } from "./result.ts";
import { inTransaction } from "./transaction.ts";
import { createToken, formatToken, hashSecret } from "./tokens.ts";
import { cleanText, UNREADABLE } from "./clean_text.ts";

export { type ApiTokenRow, type Scope, SCOPES };

/** By which people, and programs that look for leaked secrets, know one. */
export const API_TOKEN_PREFIX = "passdesk_";
/** Days for which a token works, and the most that may be asked for. */
export const API_TOKEN_DAYS = { usual: 90, most: 366 } as const;
/** Tokens that one owner may have at the same time. */
export const API_TOKENS_PER_OWNER = 50;
/** Longest name, in code points. */
export const API_TOKEN_NAME_LIMIT = 80;
/** Days before its end at which the owner is told (ASVS 6.4.5). */
const REMINDER_DAYS = 14;
const DAY = 24 * 3600 * 1000;

export interface ApiTokenInput {
  name: string;
  scopes: Scope[];
  /** Days from now. */
  days: number;
  /** One for each form that was shown: sent twice, it makes one token. */
  formId?: string | undefined;
}

export interface MadeApiToken {
  id: string;
  /** Told this once. */
  token: string;
  expiresAt: Date;
}

export type CreateApiTokenFailure =
  | { reason: "invalid"; field: "name" | "scopes" | "days" }
  | { reason: "beyond_own_scopes"; scopes: Scope[] }
  | { reason: "too_many"; most: number }
  | { reason: "sent_twice" }
  | OwnAccountFailure
  | Forbidden;

/**
 * Makes a token of the one who asks; its text is told this once. A person has to have proved lately who sits
 * there (ASVS 7.5.3); a program can't give away more than it has itself, neither scopes nor time.
 */
export async function createApiToken(
  context: ServiceContext,
  { actor, input }: { actor: Actor; input: ApiTokenInput },
): Promise<Result<MadeApiToken, CreateApiTokenFailure>> {
  const { days, scopes, formId } = input;
  const name = cleanText(input.name);
  const wrong = wrongField({ ...input, name });
  return await inTransaction(context, async (tx) => {
    const allowed = await authorizeActor(tx, context, {
      actor,
      action: "manage_tokens",
    });
    if (!allowed.ok) return allowed;
    if (wrong) return refuse({ reason: "invalid", field: wrong });
    const beyond = scopes.filter((it) =>
      actor.token && !actor.token.scopes.includes(it)
    );
    if (beyond.length > 0) {
      return refuse({ reason: "beyond_own_scopes", scopes: beyond });
    }
    if (!actor.token) {
      const own = await lockOwnAccount(tx, actor);
      if (!own.ok) return own;
    }
    const { userId: ownerId } = actor;
    const most = API_TOKENS_PER_OWNER;
    if (await countApiTokens(tx, { ownerId }) >= most) {
      return refuse({ reason: "too_many", most });
    }
    const token = { ...createToken(), ...(formId && { id: formId }) };
    const { id } = token;
    const end = Date.now() + days * DAY;
    const latest = actor.token?.expiresAt.getTime() ?? end;
    const expiresAt = new Date(Math.min(end, latest));
    const made = await insertApiToken(tx, {
      id,
      ownerId,
      parentId: actor.token?.id ?? null,
      name,
      scopes,
      secretHash: hashSecret(token.secret),
      expiresAt,
    });
    if (!made) return refuse({ reason: "sent_twice" });
    await recordAudit(tx, context, {
      event: "api_token_created",
      actorId: ownerId,
      subjectId: ownerId,
      detail: { token: id, name, scopes, expiresAt: expiresAt.toISOString() },
    });
    await insertMail(tx, {
      kind: "api_token_created",
      userId: ownerId,
      facts: {
        token: name,
        address: context.address,
        at: new Date().toISOString(),
      },
    });
    const text = API_TOKEN_PREFIX + formatToken(token);
    return ok({ id, token: text, expiresAt });
  });
}

function wrongField({ name, scopes, days }: ApiTokenInput) {
  const length = [...name].length;
  if (length < 1 || length > API_TOKEN_NAME_LIMIT || UNREADABLE.test(name)) {
    return "name";
  }
  if (scopes.length === 0) return "scopes";
  const known = Number.isInteger(days) && days >= 1 &&
    days <= API_TOKEN_DAYS.most;
  return known ? undefined : "days";
}

export const API_TOKENS_PER_PAGE = 50;

/** All tokens that can be used, of all owners, the newest first: for holders of `administration`. */
export async function findApiTokens(
  { db }: Pick<ServiceContext, "db">,
  { before, ownerId, limit = API_TOKENS_PER_PAGE }: {
    before?: string | undefined;
    ownerId?: string | undefined;
    limit?: number;
  },
): Promise<{ tokens: ApiTokenRow[]; next: string | undefined }> {
  const found = await listApiTokens(db, { before, ownerId, limit: limit + 1 });
  const tokens = found.slice(0, limit);
  return {
    tokens,
    next: found.length > limit ? tokens.at(-1)?.id : undefined,
  };
}

export type RevokeApiTokenFailure = { reason: "not_found" } | Forbidden;

/** Ends a token, one's own or a colleague's, and those it made: their next requests are refused. */
export async function endApiToken(
  context: ServiceContext,
  { actor, tokenId }: { actor: Actor; tokenId: string },
): Promise<Result<void, RevokeApiTokenFailure>> {
  return await inTransaction(context, async (tx) => {
    const allowed = await authorizeActor(tx, context, {
      actor,
      action: "manage_tokens",
    });
    if (!allowed.ok) return allowed;
    const by = { actorId: actor.userId };
    return await applyTokenEnd(tx, context, { tokenId, by });
  });
}

/** What it does, whoever may ask for it. */
export async function applyTokenEnd(
  tx: Database,
  context: ServiceContext,
  { tokenId, by }: { tokenId: string; by: Acting },
): Promise<Result<void, { reason: "not_found" }>> {
  const ended = await revokeApiToken(tx, { id: tokenId });
  if (!ended) return refuse({ reason: "not_found" });
  await recordAudit(tx, context, {
    event: "api_token_revoked",
    actorId: by.actorId,
    subjectId: ended.ownerId,
    detail: { ...by.detail, token: tokenId, name: ended.name },
  });
  return ok(undefined);
}

/** Tells owners of tokens that end soon, once each (ASVS 6.4.5). */
export async function remindOfEndingTokens({ db }: Pick<Services, "db">) {
  await db.transaction(async (tx) => {
    const ending = await takeEndingApiTokens(tx, { days: REMINDER_DAYS });
    for (const { ownerId, name, expiresAt } of ending) {
      await insertMail(tx, {
        kind: "api_token_ending",
        userId: ownerId,
        facts: { token: name, at: expiresAt.toISOString() },
      });
    }
  });
}
