import { countOpenSessions, deleteAllSessions } from "../db/sessions.ts";
import type { Database } from "../db/client.ts";
import { type Acting, recordAudit } from "./audit.ts";
import { authorizeActor, type Forbidden } from "./authorization.ts";
import type { Actor, ServiceContext } from "./context.ts";
import { lockOwnAccount, type OwnAccountFailure } from "./own_account.ts";
import { ok, type Result } from "./result.ts";
import { sessionClocks } from "./sessions.ts";
import { inTransaction } from "./transaction.ts";

/** How many sessions there were, and of how many users. */
export interface EndedSessions {
  sessions: number;
  users: number;
}

/** What would end now, the caller's own session apart. */
export async function countSessions(
  { db, settings }: ServiceContext,
  actor: Actor,
): Promise<EndedSessions> {
  const clocks = sessionClocks(settings);
  return await countOpenSessions(db, { clocks, keep: actor.sessionId });
}

export type EndAllSessionsFailure = Forbidden | OwnAccountFailure;

/**
 * Signs everybody out (ASVS 7.4.5): all sessions of all users, those that wait for a second factor too, but not
 * the one that asks. API tokens are no sessions and go on. A person has to have given the password lately.
 */
export async function endAllSessions(
  context: ServiceContext,
  { actor }: { actor: Actor },
): Promise<Result<EndedSessions, EndAllSessionsFailure>> {
  return await inTransaction(context, async (tx) => {
    const allowed = await authorizeActor(tx, context, {
      actor,
      action: "end_all_sessions",
    });
    if (!allowed.ok) return allowed;
    if (!actor.token) {
      const own = await lockOwnAccount(tx, actor);
      if (!own.ok) return own;
    }
    const by = { actorId: actor.userId };
    return ok(await applyEnd(tx, context, { by, keep: actor.sessionId }));
  });
}

/** As `endAllSessions`, by whoever runs the machine, who has no session to keep. */
export async function endAllSessionsByOperator(
  context: ServiceContext,
  by: Acting,
): Promise<EndedSessions> {
  return await inTransaction(
    context,
    (tx) => applyEnd(tx, context, { by }),
  );
}

async function applyEnd(
  tx: Database,
  context: ServiceContext,
  { by, keep }: { by: Acting; keep?: string },
): Promise<EndedSessions> {
  const ended = await deleteAllSessions(tx, { keep });
  await recordAudit(tx, context, {
    event: "session_ended",
    actorId: by.actorId,
    detail: { ...by.detail, everybody: true, ...ended },
  });
  return ended;
}
