import {
  type Bearer,
  deleteSessions,
  findSession,
  isSessionOpen,
  listSessions,
  type ResumedSession,
  type SessionClocks,
  type SessionRow,
  touchSession,
} from "../db/sessions.ts";
import { recordAudit } from "./audit.ts";
import { authorize, type AuthorizeFailure } from "./authorization.ts";
import type { Settings } from "./config.ts";
import type { Actor, ServiceContext, SessionClock } from "./context.ts";
import { deviceName } from "./devices.ts";
import { lockOwnAccount, type OwnAccountFailure } from "./own_account.ts";
import { ok, type Result } from "./result.ts";
import { requiresSecondFactor } from "./second_factor_rules.ts";
import { inTransaction } from "./transaction.ts";
import { hashSecret, parseToken } from "./tokens.ts";

/** An open session, its browser in words. */
export interface OpenSession extends Omit<SessionRow, "userAgent"> {
  device: string;
}

export function sessionClocks(settings: Settings): SessionClocks {
  return {
    idleMinutes: settings.SESSION_IDLE_MINUTES,
    absoluteHours: settings.SESSION_HOURS,
  };
}

/** Who the bearer of this cookie is, if the session still runs (ASVS 7.2.1, 7.3.1, 7.3.2). */
export async function resumeSession(
  context: ServiceContext,
  cookie: string | undefined,
): Promise<Actor | undefined> {
  const bearer = bearerOf(context.settings, cookie);
  if (!bearer) return undefined;
  const session = await findSession(context.db, bearer);
  return session ? await actorOf(context, session) : undefined;
}

/** The session that a cookie names; undefined for what can't be one of ours. */
export function bearerOf(
  settings: Settings,
  cookie: string | undefined,
): Bearer | undefined {
  const token = parseToken(cookie);
  return token && {
    id: token.id,
    secretHash: hashSecret(token.secret),
    ...sessionClocks(settings),
  };
}

/** Whoever acts in a session that was found, which has been seen now. */
export async function actorOf(
  { db, settings }: ServiceContext,
  session: ResumedSession,
): Promise<Actor> {
  if (session.stale) await touchSession(db, session.id);
  const idleSeconds = session.stale
    ? settings.SESSION_IDLE_MINUTES * 60
    : session.idleSeconds;
  const { userId, name, username, email, permissions, secondFactor } = session;
  return {
    userId,
    sessionId: session.id,
    name,
    username,
    email,
    permissions,
    mustChangePassword: session.temporary,
    secondFactor,
    mustConfirm: session.suspended,
    mustEnrol: !secondFactor && requiresSecondFactor(settings, session),
    clock: { idleSeconds, endSeconds: session.endSeconds },
  };
}

/**
 * When the session of this cookie ends; undefined where there is none. Asking is no activity: a page that asks by
 * itself must not keep its session open (ASVS 7.3.1).
 */
export async function readSessionClock(
  { db, settings }: ServiceContext,
  cookie: string | undefined,
): Promise<SessionClock | undefined> {
  const bearer = bearerOf(settings, cookie);
  const session = bearer && await findSession(db, bearer);
  return session
    ? { idleSeconds: session.idleSeconds, endSeconds: session.endSeconds }
    : undefined;
}

/** Does a session still run, in whatever browser? */
export async function goesOn(
  { db, settings }: ServiceContext,
  sessionId: string,
): Promise<boolean> {
  return await isSessionOpen(db, {
    id: sessionId,
    clocks: sessionClocks(settings),
  });
}

/** Somebody sits there and wants to go on. */
export async function prolongSession(
  { db, settings }: ServiceContext,
  { sessionId, clock }: Actor,
): Promise<SessionClock> {
  await touchSession(db, sessionId);
  return {
    idleSeconds: settings.SESSION_IDLE_MINUTES * 60,
    endSeconds: clock?.endSeconds ?? 0,
  };
}

export async function signOut(context: ServiceContext, actor: Actor) {
  const { userId, sessionId } = actor;
  await inTransaction(context, async (tx) => {
    const ended = await deleteSessions(tx, { userId, only: sessionId });
    if (ended === 0) return;
    await recordAudit(tx, context, {
      event: "authn_logout",
      actorId: userId,
      subjectId: userId,
      detail: { session: sessionId },
    });
  });
}

export async function listOpenSessions(
  { db, settings }: ServiceContext,
  userId: string,
): Promise<OpenSession[]> {
  const found = await listSessions(db, userId, sessionClocks(settings));
  return found.map(({ userAgent, ...it }) => ({
    ...it,
    device: deviceName(userAgent),
  }));
}

/** Staff end one session of a user, or all of them. The value is how many there were. */
export async function terminateSessions(
  context: ServiceContext,
  { actor, subjectId, only }: {
    actor: Actor;
    subjectId: string;
    only?: string | undefined;
  },
): Promise<Result<number, AuthorizeFailure>> {
  return await inTransaction(context, async (tx) => {
    const allowed = await authorize(tx, context, {
      actor,
      action: "end_sessions",
      subjectId,
    });
    if (!allowed.ok) return allowed;
    const ended = await deleteSessions(tx, {
      userId: subjectId,
      ...(only && { only }),
    });
    if (ended > 0) {
      await recordAudit(tx, context, {
        event: "session_ended",
        actorId: actor.userId,
        subjectId,
        detail: { sessions: ended, ...(only && { session: only }) },
      });
    }
    return ok(ended);
  });
}

/** Ends one of one's own other sessions, or all of them. The value is how many there were. */
export async function endOwnSessions(
  context: ServiceContext,
  { actor, only }: { actor: Actor; only?: string | undefined },
): Promise<Result<number, OwnAccountFailure>> {
  const { userId, sessionId } = actor;
  return await inTransaction(context, async (tx) => {
    const own = await lockOwnAccount(tx, actor);
    if (!own.ok) return own;
    const ended = await deleteSessions(tx, {
      userId,
      keep: sessionId,
      ...(only && { only }),
    });
    if (ended > 0) {
      await recordAudit(tx, context, {
        event: "session_ended",
        actorId: userId,
        subjectId: userId,
        detail: { sessions: ended, ...(only && { session: only }) },
      });
    }
    return ok(ended);
  });
}
