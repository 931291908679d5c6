import { insertApiToken } from "../../db/api_tokens.ts";
import { type Scope, SCOPES } from "../../db/schema_programs.ts";
import { API_TOKEN_PREFIX } from "../../services/api_tokens.ts";
import { createToken, formatToken, hashSecret } from "../../services/tokens.ts";
import { ORIGIN, type Program, program } from "./app.ts";
import { hasher, person } from "./people.ts";
import type { Database } from "../../db/client.ts";

const DAY = 24 * 3600 * 1000;

/** A token of somebody, as if made on the page: its text and its id. */
export async function apiToken(
  db: Database,
  { ownerId, scopes = [...SCOPES], days = 30 }: {
    ownerId: string;
    scopes?: Scope[];
    /** Negative for one that is over. */
    days?: number;
  },
): Promise<{ id: string; text: string }> {
  const token = createToken();
  await insertApiToken(db, {
    id: token.id,
    ownerId,
    name: "of a test",
    scopes,
    secretHash: hashSecret(token.secret),
    expiresAt: new Date(Date.now() + days * DAY),
  });
  return { id: token.id, text: API_TOKEN_PREFIX + formatToken(token) };
}

export interface ApiAnswer {
  status: number;
  headers: Headers;
  /** Undefined for an answer without JSON. */
  // deno-lint-ignore no-explicit-any -- tests look into whatever came
  json: any;
  text: string;
  /** Of a problem: the end of its type. */
  problem: string | undefined;
}

/** A program as far as the server can tell: a token, JSON, no cookies. */
export function apiClient({ app }: Pick<Program, "app">, token?: string) {
  return async (
    method: string,
    path: string,
    { json, body, headers = {} }: {
      json?: unknown;
      body?: string;
      headers?: Record<string, string>;
    } = {},
  ): Promise<ApiAnswer> => {
    const sent = json === undefined ? body : JSON.stringify(json);
    const response = await app.request(`${ORIGIN}/api/v1${path}`, {
      method,
      ...(sent !== undefined && { body: sent }),
      headers: {
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(sent !== undefined && {
          "Content-Type": method === "PATCH"
            ? "application/merge-patch+json"
            : "application/json",
        }),
        ...headers,
      },
    }, { address: "192.0.2.9" });
    const text = await response.text();
    const type = response.headers.get("content-type") ?? "";
    const parsed = /^application\/(problem\+)?json/.test(type) && text !== ""
      ? JSON.parse(text)
      : undefined;
    return {
      status: response.status,
      headers: response.headers,
      json: parsed,
      text,
      problem: parsed?.type?.split("#")[1],
    };
  };
}

export type ApiClient = ReturnType<typeof apiClient>;

/** A program, and a client with an administrator's token for everything. */
export async function administratorApi(
  db: Database,
  environment: Record<string, string> = {},
  passwordHasher = hasher,
) {
  const running = program({ db }, environment, passwordHasher);
  const owner = await person(db, {
    permissions: ["administration", "audit_log", "user_management"],
  });
  const token = await apiToken(db, { ownerId: owner.id });
  return { running, owner, token, ask: apiClient(running, token.text) };
}

export const newUser = (username: string) => ({ username, name: "New User" });

/** A username that nobody has. */
export const unique = () => `u-${crypto.randomUUID().slice(0, 13)}`;
