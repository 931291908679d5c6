import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import {
  authenticateApiToken,
  type AuthenticateTokenFailure,
} from "../../services/api_authentication.ts";
import { recordRefusal } from "../../services/audit.ts";
import { whyCrossSite } from "../cross_site.ts";
import type { AppEnv } from "../env.ts";
import { readCookie } from "../cookies.ts";
import { resumeActor } from "../session.ts";
import { problem } from "./problems.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Who asks: by `Authorization: Bearer` (RFC 6750), or where there is none, by the session's cookie. A cookie
 * is sent by any page that the browser shows, so there `Origin` has to be there and ours on every unsafe method.
 */
export const authenticate = createMiddleware<AppEnv>(async (c, next) => {
  if (c.req.header("Authorization") === undefined) {
    await resumeActor(c, readCookie(c, "session"));
    return await refuseSession(c) ?? await next();
  }
  return await takeToken(c) ?? await next();
});

/** As `authenticate`, by a token alone: where only programs have business. */
export const authenticateToken = createMiddleware<AppEnv>(async (c, next) =>
  c.req.header("Authorization") === undefined
    ? unauthenticated(c)
    : await takeToken(c) ?? await next()
);

async function takeToken(c: Context<AppEnv>): Promise<Response | undefined> {
  const header = c.req.header("Authorization") ?? "";
  const text = header.match(/^Bearer +([\w.~+/=-]+) *$/i)?.[1] ?? "";
  const found = await authenticateApiToken(c.var.services, text);
  if (!found.ok) return await refuseToken(c, found.failure);
  c.set("actor", found.value);
  const tokenId = found.value.token?.id;
  c.set("services", { ...c.var.services, tokenId });
  return undefined;
}

async function refuseToken(
  c: Context<AppEnv>,
  { reason }: AuthenticateTokenFailure,
) {
  switch (reason) {
    case "invalid_token":
      await recordRefusal(c.var.services, {
        event: "authn_token_fail",
        detail: { method: c.req.method },
      });
      return unauthenticated(c, { error: 'error="invalid_token"' });
    case "owner_disabled":
      return problem(c, "owner-disabled", {
        detail: "The token ends with it. An administrator can help.",
      });
    case "owner_must_change_password":
      return mustChange(c);
    case "owner_must_confirm":
      return mustConfirm(c);
    case "owner_must_enrol":
      return mustEnrol(c);
  }
}

async function refuseSession(
  c: Context<AppEnv>,
): Promise<Response | undefined> {
  const { actor, services } = c.var;
  if (!actor) {
    return unauthenticated(c, {
      detail: readCookie(c, "session") === undefined
        ? SEND_A_TOKEN
        : "The session has ended. Sign in again in the browser; programs send a token.",
    });
  }
  if (actor.mustChangePassword) return mustChange(c);
  if (actor.mustConfirm) return mustConfirm(c);
  if (actor.mustEnrol) return mustEnrol(c);
  if (SAFE.has(c.req.method)) return undefined;
  const why = c.req.header("Origin") === undefined
    ? "no origin"
    : whyCrossSite(c);
  if (!why) return undefined;
  await recordRefusal(services, {
    event: "malicious_csrf",
    actor,
    detail: { method: c.req.method, why },
  });
  return problem(c, "forged", {
    detail:
      "With a session's cookie the Origin of the request has to be this server's. Programs send a token instead.",
  });
}

const SEND_A_TOKEN =
  "Send a token that is neither expired nor revoked, as Authorization: Bearer passdesk_…";

function unauthenticated(
  c: Context<AppEnv>,
  { error = "", detail = SEND_A_TOKEN }: { error?: string; detail?: string } =
    {},
) {
  c.header(
    "WWW-Authenticate",
    ['Bearer realm="Passdesk"', error].filter(Boolean).join(", "),
  );
  return problem(c, "unauthenticated", { detail });
}

function mustChange(c: Context<AppEnv>) {
  return problem(c, "owner-must-change-password", {
    detail:
      "The password is a temporary one: sign in and replace it under User > Password/2FA.",
  });
}

function mustConfirm(c: Context<AppEnv>) {
  return problem(c, "owner-must-confirm", {
    detail: "Sign in and say which passkeys and apps are your own.",
  });
}

function mustEnrol(c: Context<AppEnv>) {
  return problem(c, "owner-must-enrol", {
    detail: "Sign in and add a second factor under User > Password/2FA.",
  });
}
