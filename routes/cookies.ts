import type { Context } from "hono";
import { randomBytes } from "node:crypto";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { parseToken } from "../services/tokens.ts";
import type { AppEnv } from "./env.ts";

type Name =
  | "session"
  | "visit"
  | "setup"
  | "reset"
  | "step"
  | "device"
  | "kept"
  | "not-me"
  | "confirm-email"
  | "stop-email";

/**
 * `__Host-` cookies (ASVS 3.3.1 to 3.3.4); plain http, which the settings allow for localhost alone,
 * can't have them.
 */
export function readCookie(c: Context<AppEnv>, name: Name) {
  return getCookie(c, fullName(c, name));
}

/** @param maxAge seconds; without it the cookie ends with the browser */
export function writeCookie(
  c: Context<AppEnv>,
  name: Name,
  value: string,
  maxAge?: number,
) {
  setCookie(c, fullName(c, name), value, {
    ...attributes(c),
    ...(maxAge !== undefined && { maxAge }),
  });
}

export function dropCookie(c: Context<AppEnv>, name: Name) {
  deleteCookie(c, fullName(c, name), attributes(c));
}

/**
 * The token of a link goes into a cookie, so that no page is shown whose address holds it (ASVS 14.2.1). What can't
 * be a token never becomes a cookie, and ends the one of an older link.
 */
export function keepLinkToken(
  c: Context<AppEnv>,
  name: Name,
  maxAge: number,
) {
  const token = c.req.param("token");
  if (token && parseToken(token)) writeCookie(c, name, token, maxAge);
  else dropCookie(c, name);
}

function fullName(c: Context<AppEnv>, name: Name) {
  return isSecure(c) ? `__Host-${name}` : `passdesk-${name}`;
}

function attributes(c: Context<AppEnv>) {
  return {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: isSecure(c),
  } as const;
}

function isSecure(c: Context<AppEnv>) {
  return c.get("services").settings.PUBLIC_URL.protocol === "https:";
}

const DEVICE_DAYS = 390; // browsers keep none for longer than 400

/** The secret by which this browser is known again; it opens nothing. Written on success alone. */
export function readDevice(c: Context<AppEnv>): string {
  const known = readCookie(c, "device");
  return known && /^[\w-]{43}$/.test(known)
    ? known
    : randomBytes(32).toString("base64url");
}

export function writeDevice(c: Context<AppEnv>, device: string) {
  writeCookie(c, "device", device, DEVICE_DAYS * 24 * 3600);
}
