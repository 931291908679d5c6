import type { Database } from "../db/client.ts";
import type { Permission } from "../db/schema.ts";
import type { Scope } from "../db/schema_programs.ts";
import type { BreachedPasswords } from "./breached_passwords.ts";
import type { Settings } from "./config.ts";
import type { Log } from "./log.ts";
import type { NewestChecks } from "./newest_checks.ts";
import type { PasswordHasher } from "./password_hash.ts";
import type { RequestCounter } from "./request_counter.ts";
import type { PasswordPolicy } from "./password_policy.ts";
import type { SecretBox } from "./secret_box.ts";
import type { WorkQueue } from "./work_queue.ts";

export type { Permission, Scope };

/** What the program is made of; built once by `main.ts`. */
export interface Services {
  db: Database;
  settings: Settings;
  hasher: PasswordHasher;
  policy: PasswordPolicy;
  breached: BreachedPasswords;
  newestChecks: NewestChecks;
  secrets: SecretBox;
  /** The line of requests that happen once: each holds a connection, and some rows, until it ends. */
  once: WorkQueue;
  /** Of each session on the pages. */
  searches: RequestCounter;
  log: Log;
}

/** What every service may use: the program, and the request that it answers. */
export interface ServiceContext extends Services {
  requestId: string;
  /** The client's address: of the connection, or as a trusted proxy tells it. */
  address: string;
  userAgent: string;
  /** The API token by which it came: the log tells it with whatever was done. */
  tokenId?: string | undefined;
  /** Aborted at the request's deadline. */
  signal?: AbortSignal;
}

/** Seconds until a session ends: if nobody asks for anything, and in any case. */
export interface SessionClock {
  idleSeconds: number;
  endSeconds: number;
}

/** Who asks. Every state change names its actor. */
export interface Actor {
  userId: string;
  /** Of the session, or of the API token, by which it asks. */
  sessionId: string;
  /** Where a program asks: its token, and what that may be used for. */
  token?: { id: string; name: string; scopes: Scope[]; expiresAt: Date };
  name: string;
  username: string;
  email: string | null;
  permissions: Permission[];
  /** Signed in with a temporary password: may only replace it. */
  mustChangePassword: boolean;
  /** Has an authenticator app. */
  secondFactor: boolean;
  /** Has authenticators to confirm: may only do that. */
  mustConfirm: boolean;
  /** Must have one and has none: may only add it. */
  mustEnrol: boolean;
  /** When its session ends; a program's token has no such clock. */
  clock?: SessionClock;
}
