import {
  countUsersUpTo,
  estimateUsers,
  findProvisionedUsers,
  findUserIdAt,
  listProvisionedUsers,
  type ProvisionedUser,
  type ProvisionedUserFilter,
} from "../db/provisioned_users.ts";
import { unicodeEmail } from "../db/email_addresses.ts";
import { recordAudit } from "./audit.ts";
import { cleanText, visibleText } from "./clean_text.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { ok, refuse, type Result } from "./result.ts";
import { recordView } from "./users.ts";

export type { ProvisionedUser, ProvisionedUserFilter };

/** How far a list is walked and counted by position; behind it there is only the way by key. */
export const FARTHEST_POSITION = 100_000;
/** Users who may have the same `externalId`, which is the other system's to keep apart. */
const MOST_ALIKE = 1_000;

export type FindProvisionedFailure = { reason: "too_many"; most: number };

/** Users by a filter. What was found has been seen: that is recorded. */
export async function findProvisioned(
  context: ServiceContext,
  { actor, filter }: { actor: Actor; filter: ProvisionedUserFilter },
): Promise<Result<ProvisionedUser[], FindProvisionedFailure>> {
  const most = MOST_ALIKE;
  const found = await findProvisionedUsers(
    context.db,
    filter.by === "externalId"
      ? { ...filter, value: cleanText(filter.value) } // as it is stored
      : filter,
    most + 1,
  );
  if (found.length > most) return refuse({ reason: "too_many", most });
  const users = found.filter((it) => isExactly(it, filter));
  if (users.length === 1) {
    await recordView(context, { actor, userId: users[0]!.id });
  } else await recordPage(context, actor, users);
  return ok(users);
}

/** Keys have no accents: whoever asks for "muller" must not get "müller", who is somebody else. */
function isExactly(
  user: ProvisionedUser,
  { by, value }: ProvisionedUserFilter,
): boolean {
  return by === "id" || by === "externalId" ||
    caseless(user[by] ?? "") === caseless(value);
}

function caseless(text: string) {
  return visibleText(unicodeEmail(text)).toLowerCase();
}

/** A page by key. One more than `count` tells whether there is a next one. */
export async function listProvisionedAfter(
  context: ServiceContext,
  { actor, after, count }: {
    actor: Actor;
    after: string | undefined;
    count: number;
  },
): Promise<{ users: ProvisionedUser[]; next: string | undefined }> {
  const found = await listProvisionedUsers(context.db, { after }, count + 1);
  const users = found.slice(0, count);
  await recordPage(context, actor, users);
  return {
    users,
    next: found.length > count ? users.at(-1)?.id : undefined,
  };
}

export type ListProvisionedFailure = { reason: "too_far"; farthest: number };

/**
 * A page by position, from 0 on, and how many users there are. Where they are more than can be reached this
 * way, the number is what the database's statistics say.
 */
export async function listProvisionedFrom(
  context: ServiceContext,
  { actor, position, count }: { actor: Actor; position: number; count: number },
): Promise<
  Result<{ users: ProvisionedUser[]; total: number }, ListProvisionedFailure>
> {
  const { db } = context;
  const farthest = FARTHEST_POSITION;
  if (position >= farthest) return refuse({ reason: "too_far", farthest });
  const counted = await countUsersUpTo(db, farthest);
  const total = counted > farthest
    ? Math.max(counted, await estimateUsers(db))
    : counted;
  const from = count === 0 ? undefined : await findUserIdAt(db, position);
  const users = from === undefined
    ? []
    : await listProvisionedUsers(db, { from }, count);
  await recordPage(context, actor, users);
  return ok({ users, total });
}

/** One event a page: whoever synchronises sees everybody, again and again. */
async function recordPage(
  context: ServiceContext,
  actor: Actor,
  users: ProvisionedUser[],
) {
  if (users.length === 0) return;
  await recordAudit(context.db, context, {
    event: "sensitive_read",
    actorId: actor.userId,
    detail: {
      users: users.length,
      first: users[0]!.id,
      last: users.at(-1)!.id,
    },
  });
}
