import assert from "node:assert/strict";
import type { Database } from "../../db/client.ts";
import type { Permission, Scope } from "../../services/context.ts";
import { apiToken } from "./api.ts";
import { ORIGIN, type Program, program } from "./app.ts";
import { type Person, person } from "./people.ts";

export const CORE = "urn:ietf:params:scim:schemas:core:2.0:User";
export const ENTERPRISE =
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
export const PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

export const PROVISIONING: Scope[] = ["users:read", "users:write"];
export const WITH_PASSWORDS: Scope[] = [...PROVISIONING, "passwords:set"];

/** An API token in the database, of somebody who may manage users. */
export async function scimToken(
  db: Database,
  {
    scopes = PROVISIONING,
    permissions = ["user_management"],
    days = 30,
    owner,
  }: {
    scopes?: Scope[];
    permissions?: Permission[];
    /** Negative for one that is over. */
    days?: number;
    owner?: Person;
  } = {},
) {
  const held = owner ?? await person(db, { permissions });
  return {
    owner: held,
    ...await apiToken(db, { ownerId: held.id, scopes, days }),
  };
}

// deno-lint-ignore no-explicit-any -- what came over the wire
export type Json = any;

/** An identity provider as far as the server can tell. */
export function provider({ app }: Pick<Program, "app">, token?: string) {
  return async function send(
    method: string,
    path: string,
    { body, headers = {} }: {
      body?: unknown;
      headers?: Record<string, string>;
    } = {},
  ) {
    const response = await app.request(`${ORIGIN}/scim/v2${path}`, {
      method,
      ...(body !== undefined && {
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
      headers: {
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(body !== undefined &&
          { "Content-Type": "application/scim+json; charset=utf-8" }),
        ...headers,
      },
    }, { address: "192.0.2.50" });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      json: (text === "" ? undefined : JSON.parse(text)) as Json,
    };
  };
}

export type Provider = ReturnType<typeof provider>;

let number = 0;

/** The program, and an identity provider that may do what its scopes say. */
export async function provisioning(
  db: Database,
  { scopes = PROVISIONING, environment = {} }: {
    scopes?: Scope[];
    environment?: Record<string, string>;
  } = {},
) {
  const running = program({ db }, environment);
  const token = await scimToken(db, { scopes });
  return { running, token, send: provider(running, token.text) };
}

/** A user who was made by a provider, as it was answered. */
export async function made(send: Provider, more: Json = {}): Promise<Json> {
  const body = { ...newcomer(), ...more };
  const { status, json } = await send("POST", "/Users", { body });
  assert.equal(status, 201, JSON.stringify(json));
  return json;
}

/** A user as a provider would send one who isn't there yet. */
export function newcomer() {
  number += 1;
  const userName = `newcomer.${number}.${crypto.randomUUID().slice(0, 8)}`;
  return {
    schemas: [CORE],
    userName,
    externalId: crypto.randomUUID(),
    displayName: "Anna Maria Müller",
    active: true,
    emails: [{ value: `${userName}@example.org`, type: "work", primary: true }],
  };
}

export function patch(...Operations: Json[]) {
  return { schemas: [PATCH_OP], Operations };
}

/** The path of a list with a filter. */
export function filtered(filter: string, more = "") {
  return `/Users?filter=${encodeURIComponent(filter)}${more}`;
}
