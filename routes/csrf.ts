import type { Context } from "hono";
import { randomBytes } from "node:crypto";
import { hashSecret } from "../services/tokens.ts";
import { readCookie, writeCookie } from "./cookies.ts";
import type { AppEnv } from "./env.ts";

/** Whose page a form was on: somebody's session, or a stranger's visit, which has a cookie of its own. */
export type FormOwner =
  | {
    kind: "session";
    sessionId: string;
    userId: string;
    /** When the form was made, in milliseconds since 1970; 0 for a form of an earlier version. */
    madeAt: number;
  }
  | { kind: "visit"; visitHash: string };

const PURPOSE = "csrf";

/**
 * The token for the forms of a page: its owner, sealed by the server's key. It can't be made elsewhere, it can
 * be read after the session has ended, and it differs in each response, so that compression gives nothing away.
 */
export function csrfToken(c: Context<AppEnv>): string {
  const { actor, services } = c.var;
  const owner = actor
    ? `session ${actor.sessionId} ${actor.userId} ${Date.now()}`
    : `visit ${hashSecret(readVisit(c) ?? beginVisit(c))}`;
  return services.secrets.seal(owner, PURPOSE);
}

/** Who owns a form by its token; undefined for a token that this server has not made. */
export function formOwner(
  c: Context<AppEnv>,
  token: string,
): FormOwner | undefined {
  const [kind, id = "", userId = "", madeAt = "0"] =
    c.var.services.secrets.open(token, PURPOSE)?.split(" ") ?? [];
  switch (kind) {
    case "session":
      return { kind, sessionId: id, userId, madeAt: Number(madeAt) };
    case "visit":
      return { kind, visitHash: id };
    default:
      return undefined;
  }
}

/** Does this form belong to the session, or to the visit, that asks now? */
export function isPresent(c: Context<AppEnv>, owner: FormOwner): boolean {
  const { actor } = c.var;
  if (actor) {
    return owner.kind === "session" && owner.sessionId === actor.sessionId;
  }
  const visit = readVisit(c);
  return owner.kind === "visit" && visit !== undefined &&
    owner.visitHash === hashSecret(visit);
}

function readVisit(c: Context<AppEnv>): string | undefined {
  const visit = readCookie(c, "visit");
  return visit && /^[\w-]{43}$/.test(visit) ? visit : undefined;
}

function beginVisit(c: Context<AppEnv>): string {
  const visit = randomBytes(32).toString("base64url");
  writeCookie(c, "visit", visit);
  return visit;
}
