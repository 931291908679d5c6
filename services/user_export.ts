import { type ExportedUser, listUsersForExport } from "../db/user_export.ts";
import { countInWindow } from "../db/rate_limits.ts";
import { recordAudit } from "./audit.ts";
import {
  authorizeActor,
  type Forbidden,
  mustStillHold,
} from "./authorization.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { writeCsv } from "./csv_cells.ts";
import type { ImportFormat } from "./import_lines.ts";
import { ok, refuse, type Result } from "./result.ts";
import type { Throttled } from "./sign_in_attempts.ts";
import { inTransaction } from "./transaction.ts";
import type { UserFilter } from "./user_search.ts";

export type ExportUsersFailure = Forbidden | Throttled;

const PAGE = 1_000;

/**
 * All users whom a filter lets through, as pieces of a CSV (RFC 4180) or as NDJSON: what an import reads back,
 * with the id and two times. Never a hash. That it was asked for is recorded before the first byte. It breaks off
 * (`RightLostError`) where whoever asked may no longer, so that nobody takes a part for the whole.
 */
export async function exportUsers(
  context: ServiceContext,
  { actor, format, filter }: {
    actor: Actor;
    format: ImportFormat;
    filter: UserFilter;
  },
): Promise<Result<AsyncGenerator<string>, ExportUsersFailure>> {
  const throttled = await throttle(context, actor);
  if (throttled) return refuse(throttled);
  return await inTransaction(context, async (tx) => {
    const action = "export_users";
    const allowed = await authorizeActor(tx, context, { actor, action });
    if (!allowed.ok) return allowed;
    await recordAudit(tx, context, {
      event: "users_exported",
      actorId: actor.userId,
      detail: { format, ...filter },
    });
    return ok(readPages(context, { actor, format, filter }));
  });
}

/** An export is one request to the API, and reads everybody (ASVS 2.4.1). */
async function throttle(
  context: ServiceContext,
  { userId, token }: Actor,
): Promise<Throttled | undefined> {
  const { EXPORTS_PER_HOUR: limit } = context.settings;
  const { attempts, resetSeconds } = await countInWindow(context.db, {
    key: `export:${token?.id ?? userId}`,
    windowSeconds: 3600,
  });
  if (attempts <= limit) return undefined;
  if (attempts === limit + 1) { // once a window
    await recordAudit(context.db, context, {
      event: "excess_rate_limit_exceeded",
      actorId: userId,
      detail: { limit: "export", attempts: limit },
    });
  }
  return { reason: "throttled", retryAfterSeconds: resetSeconds };
}

async function* readPages(
  context: ServiceContext,
  { actor, format, filter }: {
    actor: Actor;
    format: ImportFormat;
    filter: UserFilter;
  },
): AsyncGenerator<string> {
  const { db, settings } = context;
  const names = settings.USER_ATTRIBUTES.map((it) => it.name);
  const write = format === "csv" ? toCsv : toNdjson;
  if (format === "csv") yield writeCsv([header(names)]);
  let after: string | undefined;
  do {
    await mustStillHold(context, { actor, permission: "user_management" });
    const page = await listUsersForExport(db, { filter, after, limit: PAGE });
    after = page.length === PAGE ? page.at(-1)!.id : undefined;
    if (page.length > 0) yield write(page, names);
  } while (after !== undefined);
}

function header(attributes: string[]) {
  return [
    "id",
    "username",
    "name",
    "email",
    "external_id",
    "disabled",
    ...attributes.map((it) => `attributes.${it}`),
    "created_at",
    "last_sign_in_at",
  ];
}

function toCsv(users: ExportedUser[], attributes: string[]): string {
  return writeCsv(users.map((it) => [
    it.id,
    it.username,
    it.name,
    it.email,
    it.externalId,
    it.disabledAt === null ? "no" : "yes",
    ...attributes.map((name) => it.attributes[name]),
    it.createdAt.toISOString(),
    it.lastSignInAt?.toISOString(),
  ]));
}

function toNdjson(users: ExportedUser[], attributes: string[]): string {
  return users.map((it) =>
    JSON.stringify({
      id: it.id,
      username: it.username,
      name: it.name,
      email: it.email,
      external_id: it.externalId,
      disabled: it.disabledAt !== null,
      attributes: Object.fromEntries(
        attributes.filter((name) => it.attributes[name] !== undefined)
          .map((name) => [name, it.attributes[name]]),
      ),
      created_at: it.createdAt,
      last_sign_in_at: it.lastSignInAt,
    }) + "\n"
  ).join("");
}
